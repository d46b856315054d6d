import type { Requests } from './report.js';
import { quantile } from './series.js';

/** The hops of the time to the first token, for the requests near one of its percentiles. */
export interface HopStack {
  readonly percent: number;
  readonly ttftMs: number;
  /** Mean of each hop that occurred in the test. */
  readonly hops: readonly { readonly name: string; readonly label: string; readonly ms: number }[];
}

const PERCENTS = [10, 25, 50, 75, 90, 95, 99];
/** The mean uses at least this many requests near the percentile, and this share of all requests. */
const FEWEST = 5;
const SHARE = 0.02;
/** The delay between intended and actual send. */
const LATE = 'sent late';
/** Hops after the first token. */
const LATER = new Set(['paint']);

/**
 * Returns stacks whose sum is approximately the percentile: each is the mean of the requests whose TTFT is nearest to
 * it. Percentiles of single hops would not add up, because they come from different requests.
 */
export function hopStacks({ ttftMs, lateMs, hops }: Requests): HopStack[] {
  const late = lateMs.some((ms) => ms !== null) ? [{ name: LATE, label: LATE, ms: lateMs }] : [];
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
          .map(({ name, label, ms }) => ({
            name,
            label,
            ms: near.reduce((sum, { row }) => sum + (ms[row] ?? 0), 0) / near.length,
          })),
      },
    ];
  });
}
