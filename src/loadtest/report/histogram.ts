import { roundWidth } from '../../metrics/round-width.js';

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

export interface Bucket {
  fromMs: number;
  toMs: number;
  count: number;
}

/** Sorts values into buckets of equal round width (1, 2 or 5 times a power of ten), at most `most` + 1 of them. */
export function bucketsOf(valuesMs: readonly number[], most: number): Bucket[] {
  if (valuesMs.length === 0) return [];
  const low = valuesMs.reduce((one, other) => Math.min(one, other));
  const high = valuesMs.reduce((one, other) => Math.max(one, other));
  const width = roundWidth(Math.max(0.1, (high - low) / most));
  const first = Math.floor(low / width);
  const buckets = Array.from({ length: Math.floor(high / width) - first + 1 }, (_, index) => ({
    fromMs: (first + index) * width,
    toMs: (first + index + 1) * width,
    count: 0,
  }));
  for (const value of valuesMs) {
    const bucket = buckets[Math.floor(value / width) - first];
    if (bucket !== undefined) bucket.count += 1;
  }
  return buckets;
}

/** Draws one indented line with a bar for each bucket. The longest bar has `width` cells. */
export function histogramText(buckets: readonly Bucket[], width: number): string {
  const most = buckets.reduce((max, { count }) => Math.max(max, count), 1);
  const label = ({ fromMs, toMs }: Bucket): string => `${number(fromMs)} - ${number(toMs)} ms`;
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
