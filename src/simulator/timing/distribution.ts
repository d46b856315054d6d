import { normal, type Random } from '../../common/random.js';
import { parseDecimal } from '../../common/text/decimal.js';

/** A distribution of durations, in milliseconds. */
export type Distribution =
  | { kind: 'constant'; ms: number }
  /** Draws below 0 count as 0. */
  | { kind: 'normal'; meanMs: number; deviationMs: number }
  /** `sigma` is the standard deviation of the logarithm. */
  | { kind: 'log-normal'; meanMs: number; sigma: number }
  /** Draws from measured samples with equal probability. `source` is the file that they were read from. */
  | { kind: 'recorded'; source: string; samplesMs: readonly number[] };

/** Draws a duration, which is never negative. */
export function draw(distribution: Distribution, random: Random): number {
  switch (distribution.kind) {
    case 'constant':
      return distribution.ms;
    case 'normal':
      return Math.max(0, distribution.meanMs + distribution.deviationMs * normal(random));
    case 'log-normal': {
      const { meanMs, sigma } = distribution;
      return meanMs * Math.exp(sigma * normal(random) - sigma ** 2 / 2);
    }
    case 'recorded': {
      const { samplesMs } = distribution;
      return samplesMs[Math.floor(random() * samplesMs.length)] ?? 0;
    }
  }
}

const MAX_MS = 600_000;
const MAX_SIGMA = 3;
export const DISTRIBUTION_SYNTAX =
  'constant:MS, normal:MEAN,DEVIATION, log-normal:MEAN,SIGMA or recorded:FILE';

/**
 * Reads a number like `300` (log-normal with a mean of 300 ms and `sigma`), or a form of `DISTRIBUTION_SYNTAX`. The
 * recorded form is not read, because it needs a file. Returns undefined for other text.
 */
export function parseDistribution(text: string, sigma: number): Distribution | undefined {
  const [kind = '', list = ''] = text.includes(':') ? text.split(':', 2) : ['log-normal', `${text},${sigma}`];
  const numbers = list.split(',').map(parseDecimal);
  const [first = Number.NaN, second = Number.NaN] = numbers;
  const within = (value: number, max: number): boolean => value >= 0 && value <= max;
  if (!within(first, MAX_MS) || numbers.length !== (kind === 'constant' ? 1 : 2)) return undefined;
  switch (kind) {
    case 'constant':
      return { kind, ms: first };
    case 'normal':
      return within(second, MAX_MS) ? { kind, meanMs: first, deviationMs: second } : undefined;
    case 'log-normal':
      return within(second, MAX_SIGMA) ? { kind, meanMs: first, sigma: second } : undefined;
    default:
      return undefined;
  }
}

/** Returns the text that `parseDistribution` reads. */
export function formatDistribution(distribution: Distribution): string {
  switch (distribution.kind) {
    case 'constant':
      return `constant:${distribution.ms}`;
    case 'normal':
      return `normal:${distribution.meanMs},${distribution.deviationMs}`;
    case 'log-normal':
      return `log-normal:${distribution.meanMs},${distribution.sigma}`;
    case 'recorded':
      return `recorded:${distribution.source}`;
  }
}
