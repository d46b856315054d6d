import { gamma, normal } from '../../common/random.js';
import { rankOf } from '../../metrics/percentile.js';

/** A statistic of a sample, and of resamples that are drawn from the sample with replacement. */
export interface Bootstrap {
  readonly value: number;
  /** Returns the statistic of a new resample of the same size. */
  draw(): number;
}

/**
 * @param statistic the mean, or a quantile by its share in (0, 1): the nearest rank
 * @param random uniform in [0, 1)
 * @returns undefined for an empty sample
 */
export function createBootstrap(
  values: readonly number[],
  statistic: 'mean' | number,
  random: () => number,
): Bootstrap | undefined {
  const [first] = values;
  if (first === undefined) return undefined;
  if (statistic === 'mean') return meanOf(values, random);
  return quantile(Float64Array.from(values).sort(), statistic, first, random);
}

function quantile(sorted: Float64Array, share: number, first: number, random: () => number): Bootstrap {
  const { length } = sorted;
  const rank = rankOf(share, length);
  return {
    value: sorted[rank - 1] ?? first,
    // The rank-th smallest of `length` uniform draws has the distribution Beta(rank, length + 1 - rank), so one draw
    // suffices.
    draw() {
      const below = gamma(rank, random);
      const place = below / (below + gamma(length + 1 - rank, random));
      return sorted[Math.min(length - 1, Math.floor(place * length))] ?? first;
    },
  };
}

/**
 * With so many values, the mean of a resample is normally distributed (central limit theorem). Millions of values would
 * otherwise take minutes.
 */
const MANY = 20_000;

function meanOf(values: readonly number[], random: () => number): Bootstrap {
  const value = mean(values);
  // Most often the errors: none failed.
  if (values.every((one) => one === values[0])) return { value, draw: () => value };
  if (values.length < MANY) return { value, draw: () => meanOfSample(values, random) };
  const variance = values.reduce((sum, one) => sum + (one - value) ** 2, 0) / values.length;
  const deviation = Math.sqrt(variance / values.length);
  return { value, draw: () => value + deviation * normal(random) };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function meanOfSample(values: readonly number[], random: () => number): number {
  let sum = 0;
  for (let left = values.length; left > 0; left -= 1) {
    sum += values[Math.floor(random() * values.length)] ?? 0;
  }
  return sum / values.length;
}
