import type { Requests } from './report.js';
import { quantile } from './series.js';

/** What the time to the first token consists of, for the requests about one percentile of it. */
export interface HopStack {
  readonly percent: number;
  readonly ttftMs: number;
  /** Means, of all hops that occurred in the test. */
  readonly hops: readonly { readonly name: string; readonly ms: number }[];
}

const PERCENTS = [10, 25, 50, 75, 90, 95, 99];
/** So many requests at least about a percentile, and such a share of all of them. */
const FEWEST = 5;
const SHARE = 0.02;
/** The time until a request was sent that was due. */
export const LATE = 'sent late';
/** After the first token. */
const LATER = new Set(['paint']);

/**
 * Stacks that sum to the percentile, about: each is the mean of requests whose TTFT is next to it. Percentiles of single hops
 * would not add up, for they come from different requests.
 */
export function hopStacks({ ttftMs, lateMs, hops }: Requests): HopStack[] {
  const late = lateMs.some((ms) => ms !== null) ? [{ name: LATE, ms: lateMs }] : [];
  const rows = ttftMs
    .flatMap((ms, row) => (ms === null ? [] : [{ ms, row }]))
    .sort((one, other) => one.ms - other.ms);
  const sorted = rows.map(({ ms }) => ms);
  const reach = Math.max(Math.floor(FEWEST / 2), Math.floor((SHARE * rows.length) / 2));
  return PERCENTS.flatMap((percent) => {
    const ttft = quantile(sorted, percent / 100);
    if (ttft === null) return [];
    const middle = Math.max(0, Math.ceil((percent / 100) * rows.length) - 1);
    const near = rows.slice(Math.max(0, middle - reach), middle + reach + 1);
    return [
      {
        percent,
        ttftMs: ttft,
        hops: [...late, ...hops]
          .filter(({ name }) => !LATER.has(name))
          .map(({ name, ms }) => ({
            name,
            ms: near.reduce((sum, { row }) => sum + (ms[row] ?? 0), 0) / near.length,
          })),
      },
    ];
  });
}
