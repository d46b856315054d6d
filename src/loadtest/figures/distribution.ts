import { rankOf } from '../../metrics/percentile.js';

export const STATISTICS = ['min', 'mean', 'p50', 'p75', 'p90', 'p95', 'p99', 'p99.9', 'max'] as const;
export type Statistic = (typeof STATISTICS)[number];

/** Statistics of a set of durations, in ms. */
export type Summary = Record<Statistic, number> & { count: number };

/** The stored form of a distribution, which another distribution can add. */
export interface Counts {
  /** Sum in ms of the durations, each to the microsecond. */
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** Pairs: the start of a bucket in microseconds and its number of durations. Empty buckets are omitted. */
  readonly buckets: ArrayLike<number>;
}

/**
 * Counts durations to three significant figures in bounded memory: 1,024 buckets for each doubling (HDR histogram). Sums and
 * extremes are whole microseconds, as in saved reports, so that a merged distribution equals one of all durations.
 */
export interface Distribution {
  record(ms: number): void;
  /** Undefined before the first duration. */
  summary(): Summary | undefined;
  /** Undefined before the first duration. */
  counts(): Counts | undefined;
  add(counts: Counts): void;
}

/** Longer durations count as an hour. */
const HIGHEST_US = 3_600_000_000;
const HALF_BITS = 10;
const HALF = 2 ** HALF_BITS;

export function createDistribution(): Distribution {
  /** One count for each bucket; grows with the longest duration. */
  let counts = new Float64Array(2 * HALF);
  let count = 0;
  let sumUs = 0;
  let minUs = Number.POSITIVE_INFINITY;
  let maxUs = 0;

  const put = (us: number, times: number): void => {
    const index = indexOf(us);
    if (index >= counts.length) {
      const grown = new Float64Array(index + HALF);
      grown.set(counts);
      counts = grown;
    }
    counts[index] = (counts[index] ?? 0) + times;
    count += times;
  };
  const extend = (moreUs: number, lowestUs: number, highestUs: number): void => {
    sumUs += moreUs;
    minUs = Math.min(minUs, lowestUs);
    maxUs = Math.max(maxUs, highestUs);
  };
  /** Returns the nearest-rank percentiles in ms. `percents` must ascend. */
  const percentiles = (percents: readonly number[]): number[] => {
    const found: number[] = [];
    let below = 0;
    for (let index = 0; index < counts.length && found.length < percents.length; index += 1) {
      below += counts[index] ?? 0;
      while (
        found.length < percents.length &&
        below >= rankOf((percents[found.length] ?? 100) / 100, count)
      ) {
        // A bucket's bounds may lie outside of its values.
        found.push(Math.max(minUs, Math.min(maxUs, endOf(index))) / 1000);
      }
    }
    return found;
  };

  return {
    record(ms) {
      const us = Math.round(ms * 1000);
      put(Math.min(Math.max(1, us), HIGHEST_US), 1);
      extend(us, us, us);
    },
    summary() {
      if (count === 0) return undefined;
      const [p50 = 0, p75 = 0, p90 = 0, p95 = 0, p99 = 0, p999 = 0] = percentiles([50, 75, 90, 95, 99, 99.9]);
      const [min, mean, max] = [minUs / 1000, sumUs / count / 1000, maxUs / 1000];
      return { count, min, mean, p50, p75, p90, p95, p99, 'p99.9': p999, max };
    },
    counts() {
      if (count === 0) return undefined;
      const buckets: number[] = [];
      for (const [index, times] of counts.entries()) if (times > 0) buckets.push(beginOf(index), times);
      return new StoredCounts(sumUs / 1000, minUs / 1000, maxUs / 1000, buckets);
    },
    add(other) {
      for (let at = 0; at < other.buckets.length; at += 2) {
        put(Math.min(other.buckets[at] ?? 1, HIGHEST_US), other.buckets[at + 1] ?? 0);
      }
      extend(Math.round(other.sum * 1000), Math.round(other.min * 1000), Math.round(other.max * 1000));
    },
  };
}

/**
 * A class, because V8 13.6 (Node 24) sometimes gives all objects of one literal the numbers of the last one, in the calls
 * just after its compiler Maglev has compiled the function.
 */
class StoredCounts implements Counts {
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly buckets: readonly number[];

  constructor(sum: number, min: number, max: number, buckets: readonly number[]) {
    this.sum = sum;
    this.min = min;
    this.max = max;
    this.buckets = buckets;
  }
}

/** Returns a value's bucket. Below 2 * HALF each whole number has its bucket; above, each doubling has HALF buckets. */
function indexOf(us: number): number {
  const shift = Math.max(0, 31 - Math.clz32(us) - HALF_BITS);
  return shift * HALF + (us >>> shift);
}

function beginOf(index: number): number {
  const shift = Math.max(0, Math.floor(index / HALF) - 1);
  return (index - shift * HALF) * 2 ** shift;
}

/** Returns the highest whole number in a bucket. */
const endOf = (index: number): number => beginOf(index + 1) - 1;
