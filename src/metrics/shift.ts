import { percentile } from './percentile.js';

/** By how much one sample's values lie above another's, and the interval that holds the true shift. */
export interface Shift {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Hodges and Lehmann's estimate with the interval of the Mann-Whitney test, which is exact for few values and assumes no
 * distribution (Hollander, Wolfe and Chicken, 2014, section 4.2). It takes the values as independent of each other.
 * @param errorRate how often the interval may miss the true shift, e.g. 0.05
 * @returns `after` less `before`; undefined where there are too few values for such an interval
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

/** The highest rank from either end at which the interval still misses no more often than `tail` on each side. */
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

/** In how many orders of m and n values the first sample has u smaller ones, for each u: the coefficients of the Gaussian binomial. */
function arrangements(m: number, n: number): readonly number[] {
  const counts = Array.from({ length: m * n + 1 }, (_, u): number => (u === 0 ? 1 : 0));
  for (let i = 1; i <= m; i += 1) {
    // Times (1 - q^(n + i)), then divided by (1 - q^i).
    for (let u = m * n; u >= n + i; u -= 1) counts[u] = (counts[u] ?? 0) - (counts[u - n - i] ?? 0);
    for (let u = i; u <= m * n; u += 1) counts[u] = (counts[u] ?? 0) + (counts[u - i] ?? 0);
  }
  return counts;
}
