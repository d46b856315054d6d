import { percentile } from './percentile.js';

/** The shift of one sample's values above another's, with its confidence interval. */
export interface Shift {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Computes the Hodges-Lehmann estimate with the confidence interval of the Mann-Whitney test. The interval is exact for
 * small samples and assumes no distribution, only independent values (Hollander, Wolfe and Chicken, 2014, section 4.2).
 * @param errorRate how often the interval may miss the true shift, e.g. 0.05
 * @returns the shift of `after` against `before`; undefined when there are too few values for such an interval
 */
export function shiftBetween(
  before: readonly number[],
  after: readonly number[],
  errorRate: number,
): Shift | undefined {
  const rank = criticalRank(before.length, after.length, errorRate / 2);
  if (rank === 0) return undefined;
  const differences = before.flatMap((one) => after.map((other) => other - one)).sort((a, b) => a - b);
  return {
    value: percentile(differences, 50) ?? 0,
    low: differences[rank - 1] ?? 0,
    high: differences[differences.length - rank] ?? 0,
  };
}

/**
 * Returns the rank of the bounds, counted from each end of the sorted differences. It is the highest rank with which the
 * interval misses the shift with a probability of at most `tail` on each side.
 */
function criticalRank(m: number, n: number, tail: number): number {
  const counts = arrangements(m, n);
  const all = counts.reduce((sum, count) => sum + count, 0);
  let below = 0;
  let rank = 0;
  for (const count of counts) {
    below += count / all;
    if (below > tail) break;
    rank += 1;
  }
  return rank;
}

/**
 * Returns, for each u, the number of orders of m and n values whose Mann-Whitney statistic is u: the coefficients of
 * the Gaussian binomial.
 */
function arrangements(m: number, n: number): readonly number[] {
  const counts = Array.from({ length: m * n + 1 }, (_, u): number => (u === 0 ? 1 : 0));
  for (let i = 1; i <= m; i += 1) {
    // Multiply by (1 - q^(n + i)), then divide by (1 - q^i).
    for (let u = m * n; u >= n + i; u -= 1) counts[u] = (counts[u] ?? 0) - (counts[u - n - i] ?? 0);
    for (let u = i; u <= m * n; u += 1) counts[u] = (counts[u] ?? 0) + (counts[u - i] ?? 0);
  }
  return counts;
}
