import { createHistogram } from 'node:perf_hooks';

export const STATISTICS = ['min', 'mean', 'p50', 'p75', 'p90', 'p95', 'p99', 'p99.9', 'max'] as const;
export type Statistic = (typeof STATISTICS)[number];

/** What is known of a set of durations, in ms. */
export type Summary = Record<Statistic, number> & { count: number };

/** Durations, kept to three significant figures (HDR histogram) in bounded memory. */
export interface Distribution {
  record(ms: number): void;
  /** Undefined while there is nothing. */
  summary(): Summary | undefined;
}

/** The longest duration told apart: an hour. */
const HIGHEST_US = 3_600_000_000;

export function createDistribution(): Distribution {
  const us = createHistogram({ lowest: 1, highest: HIGHEST_US, figures: 3 });
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = 0;
  return {
    record(ms) {
      us.record(Math.min(Math.max(1, Math.round(ms * 1000)), HIGHEST_US));
      sum += ms;
      min = Math.min(min, ms);
      max = Math.max(max, ms);
    },
    summary() {
      if (us.count === 0) return undefined;
      // A bucket's ends may lie outside of the values in it.
      const percentile = (share: number): number => Math.max(min, Math.min(us.percentile(share) / 1000, max));
      return {
        count: us.count,
        min,
        mean: sum / us.count,
        p50: percentile(50),
        p75: percentile(75),
        p90: percentile(90),
        p95: percentile(95),
        p99: percentile(99),
        'p99.9': percentile(99.9),
        max,
      };
    },
  };
}
