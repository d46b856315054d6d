import { rankOf } from '../../metrics/percentile.js';
import { roundWidth } from '../../metrics/round-width.js';
import type { Column, Requests } from './report.js';

/** Values over time, one at the middle of each bucket; null for a bucket without values. */
export interface Series {
  /** Seconds since the start. */
  readonly seconds: readonly number[];
  readonly lines: readonly { readonly label: string; readonly values: readonly (number | null)[] }[];
}

const MOST_BUCKETS = 150;
const FEWEST_BUCKETS = 20;
/** Smallest average number of requests in a bucket. */
const REQUESTS = 5;

/** Returns a suitable width of buckets for this many requests, in ms: 1, 2 or 5 times a power of ten. */
export function bucketWidth(durationMs: number, requests: number): number {
  const count = Math.min(MOST_BUCKETS, Math.max(FEWEST_BUCKETS, requests / REQUESTS));
  return roundWidth(Math.max(10, durationMs / count));
}

/** A test's time, divided into buckets. */
export interface Buckets {
  readonly widthMs: number;
  readonly count: number;
  readonly seconds: readonly number[];
  of(atMs: number): number;
}

export function bucketsOf({ endMs, sentMs, count: requests }: Requests, durationMs: number): Buckets {
  const last = [...endMs, ...sentMs].reduce<number>((most, at) => Math.max(most, at ?? 0), durationMs);
  const widthMs = bucketWidth(last, requests);
  const count = Math.max(1, Math.ceil(last / widthMs + 1e-9));
  return {
    widthMs,
    count,
    seconds: Array.from({ length: count }, (_, index) => ((index + 0.5) * widthMs) / 1000),
    of: (atMs) => Math.min(count - 1, Math.max(0, Math.floor(atMs / widthMs))),
  };
}

/** Returns the largest number of requests in flight in each bucket, and arrivals and complete answers a second. */
export function loadSeries(requests: Requests, buckets: Buckets): Series {
  const perSecond = 1000 / buckets.widthMs;
  const arrivals = zeros(buckets);
  const complete = zeros(buckets);
  const steps: (readonly [atMs: number, step: 1 | -1])[] = [];
  for (let row = 0; row < requests.count; row += 1) {
    const [sent, end] = [requests.sentMs[row] ?? null, requests.endMs[row] ?? null];
    if (sent !== null) add(arrivals, buckets.of(sent), perSecond);
    if (end !== null && requests.errorOf(row) === undefined) add(complete, buckets.of(end), perSecond);
    if (sent !== null && end !== null) steps.push([sent, 1], [end, -1]);
  }
  return {
    seconds: buckets.seconds,
    lines: [
      { label: 'in flight', values: mostAtOnce(steps, buckets) },
      { label: 'arrivals/s', values: arrivals },
      { label: 'complete/s', values: complete },
    ],
  };
}

function mostAtOnce(steps: (readonly [number, 1 | -1])[], buckets: Buckets): number[] {
  const most = zeros(buckets);
  let now = 0;
  let bucket = 0;
  for (const [atMs, step] of steps.sort((one, other) => one[0] - other[0] || one[1] - other[1])) {
    const next = buckets.of(atMs);
    // Requests in flight at a bucket's end stay in flight in all buckets up to the next step.
    for (; bucket < next; bucket += 1) most[bucket + 1] = now;
    now += step;
    most[bucket] = Math.max(most[bucket] ?? 0, now);
  }
  return most;
}

const PERCENTILES = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['max', 1],
] as const;

/** Returns percentiles of a figure over time. @param at when each request was sent or ended */
export function percentileSeries(at: Column, values: Column, buckets: Buckets): Series {
  const groups = Array.from({ length: buckets.count }, (): number[] => []);
  for (const [row, value] of values.entries()) {
    const atMs = at[row];
    if (value !== null && typeof atMs === 'number') groups[buckets.of(atMs)]?.push(value);
  }
  const sorted = groups.map((group) => group.sort((one, other) => one - other));
  return {
    seconds: buckets.seconds,
    lines: PERCENTILES.map(([label, share]) => ({
      label,
      values: sorted.map((group) => quantile(group, share)),
    })),
  };
}

/** Returns the nearest-rank quantile; null without values. */
export function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[rankOf(share, sorted.length) - 1] ?? null;
}

/** Returns output tokens a second. Each answer's tokens are spread evenly between its first and last token. */
export function tokenSeries(requests: Requests, buckets: Buckets, shiftByLag: boolean): Series {
  const tokens = zeros(buckets);
  for (let row = 0; row < requests.count; row += 1) {
    const count = requests.outputTokens[row];
    const sent = requests.sentMs[row];
    const [e2e, ttft] = [requests.e2eMs[row], requests.ttftMs[row]];
    if (!count || typeof sent !== 'number' || typeof e2e !== 'number') continue;
    const lag = shiftByLag ? (requests.lagMs[row] ?? 0) : 0;
    spread(tokens, buckets, sent + (ttft ?? e2e) - lag, sent + e2e - lag, count);
  }
  const perSecond = 1000 / buckets.widthMs;
  return {
    seconds: buckets.seconds,
    lines: [{ label: 'output tokens/s', values: tokens.map((count) => count * perSecond) }],
  };
}

function spread(into: number[], buckets: Buckets, fromMs: number, toMs: number, count: number): void {
  const length = toMs - fromMs;
  const [first, last] = [buckets.of(fromMs), buckets.of(toMs)];
  if (length <= 0 || first === last) {
    add(into, last, count);
    return;
  }
  for (let bucket = first; bucket <= last; bucket += 1) {
    const begin = Math.max(fromMs, bucket * buckets.widthMs);
    const end = bucket === last ? toMs : Math.min(toMs, (bucket + 1) * buckets.widthMs);
    add(into, bucket, (count * (end - begin)) / length);
  }
}

/** Returns the failures in each bucket, with a line for each class; empty without failures. */
export function errorSeries(requests: Requests, buckets: Buckets): Series {
  const classes = new Map<string, number[]>();
  for (let row = 0; row < requests.count; row += 1) {
    const error = requests.errorOf(row);
    if (error === undefined) continue;
    const line = classes.get(error) ?? zeros(buckets);
    classes.set(error, line);
    add(line, buckets.of(requests.endMs[row] ?? 0), 1);
  }
  return { seconds: buckets.seconds, lines: [...classes].map(([label, values]) => ({ label, values })) };
}

const zeros = ({ count }: Buckets): number[] => Array<number>(count).fill(0);

function add(into: number[], index: number, value: number): void {
  into[index] = (into[index] ?? 0) + value;
}
