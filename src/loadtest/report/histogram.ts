import { percentile } from '../../metrics/percentile.js';
import { roundWidth } from '../../metrics/round-width.js';

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

export interface Bucket {
  fromMs: number;
  /** Infinite for the last bucket when a few values are far above the others. */
  toMs: number;
  count: number;
}

/** Values are far above the others when their range is so many times that of the lower 95 %. */
const FAR = 4;

/**
 * Sorts values into buckets of equal round width (1, 2 or 5 times a power of ten), at most `most` + 1 of them. Values far
 * above the others are in one more bucket, without an end.
 */
export function bucketsOf(valuesMs: readonly number[], most: number): Bucket[] {
  if (valuesMs.length === 0) return [];
  const low = valuesMs.reduce((one, other) => Math.min(one, other));
  const highest = valuesMs.reduce((one, other) => Math.max(one, other));
  const usual = percentile(valuesMs, 95) ?? highest;
  const isFar = usual > low && highest - low > FAR * (usual - low);
  const high = isFar ? usual : highest;
  const width = roundWidth(Math.max(0.1, (high - low) / most));
  const first = Math.floor(low / width);
  const count = Math.floor(high / width) - first + 1;
  const buckets = Array.from({ length: count }, (_, index) => ({
    fromMs: (first + index) * width,
    toMs: (first + index + 1) * width,
    count: 0,
  }));
  const endMs = (first + count) * width;
  if (isFar && highest >= endMs) buckets.push({ fromMs: endMs, toMs: Number.POSITIVE_INFINITY, count: 0 });
  for (const value of valuesMs) {
    const bucket = buckets[Math.min(buckets.length - 1, Math.floor(value / width) - first)];
    if (bucket !== undefined) bucket.count += 1;
  }
  return buckets;
}

/** Draws one indented line with a bar for each bucket. The longest bar has `width` cells. */
export function histogramText(buckets: readonly Bucket[], width: number): string {
  const most = buckets.reduce((max, { count }) => Math.max(max, count), 1);
  const label = ({ fromMs, toMs }: Bucket): string =>
    toMs === Number.POSITIVE_INFINITY
      ? `from ${number(fromMs)} ms`
      : `${number(fromMs)} - ${number(toMs)} ms`;
  const labelWidth = buckets.reduce((max, bucket) => Math.max(max, label(bucket).length), 0);
  const countWidth = String(most).length;
  return buckets
    .map((bucket) => {
      const { count } = bucket;
      const eighths = count === 0 ? 0 : Math.max(1, Math.round((count / most) * width * 8));
      const bar = '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
      return `  ${label(bucket).padStart(labelWidth)}  ${String(count).padStart(countWidth)}  ${bar}`.trimEnd();
    })
    .map((line) => `${line}\n`)
    .join('');
}

/** Formats a number without the rounding noise of binary fractions. */
function number(value: number): string {
  return String(Number(value.toPrecision(10)));
}
