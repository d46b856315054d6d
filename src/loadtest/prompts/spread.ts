import { normal, type Random } from '../../common/random.js';
import { parseDecimal } from '../../common/text/decimal.js';

/** A distribution of lengths, counts or times. */
export type Spread =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly from: number; readonly to: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly deviation: number }
  /** `sigma` is the standard deviation of the logarithm. */
  | { readonly kind: 'log-normal'; readonly mean: number; readonly sigma: number }
  | { readonly kind: 'exponential'; readonly mean: number };

export const SPREAD_SYNTAX =
  'N, uniform:FROM,TO, normal:MEAN,DEVIATION, log-normal:MEAN,SIGMA or exponential:MEAN';
const MAX_SIGMA = 3;

/**
 * @param least smallest mean or bound
 * @param most largest number, except for sigma
 * @returns undefined when the text does not match `SPREAD_SYNTAX` or a number is out of range
 */
export function parseSpread(text: string, least: number, most: number): Spread | undefined {
  const [kind = '', list = ''] = text.includes(':') ? text.split(':', 2) : ['constant', text];
  const numbers = list.split(',').map(parseDecimal);
  const [first = Number.NaN, second = Number.NaN] = numbers;
  const single = kind === 'constant' || kind === 'exponential';
  if (!(first >= least && first <= most) || numbers.length !== (single ? 1 : 2)) return undefined;
  switch (kind) {
    case 'constant':
      return { kind, value: first };
    case 'exponential':
      return { kind, mean: first };
    case 'uniform':
      return second >= first && second <= most ? { kind, from: first, to: second } : undefined;
    case 'normal':
      return second <= most ? { kind, mean: first, deviation: second } : undefined;
    case 'log-normal':
      return second <= MAX_SIGMA ? { kind, mean: first, sigma: second } : undefined;
    default:
      return undefined;
  }
}

/** Returns the text that `parseSpread` reads. */
export function formatSpread(spread: Spread): string {
  switch (spread.kind) {
    case 'constant':
      return String(spread.value);
    case 'uniform':
      return `uniform:${spread.from},${spread.to}`;
    case 'normal':
      return `normal:${spread.mean},${spread.deviation}`;
    case 'log-normal':
      return `log-normal:${spread.mean},${spread.sigma}`;
    case 'exponential':
      return `exponential:${spread.mean}`;
  }
}

/** Draws a value, never negative. */
export function drawFrom(spread: Spread, random: Random): number {
  switch (spread.kind) {
    case 'constant':
      return spread.value;
    case 'uniform':
      return spread.from + random() * (spread.to - spread.from);
    case 'normal':
      return Math.max(0, spread.mean + spread.deviation * normal(random));
    case 'log-normal':
      return spread.mean * Math.exp(spread.sigma * normal(random) - spread.sigma ** 2 / 2);
    case 'exponential':
      return -Math.log(1 - random()) * spread.mean;
  }
}

/** Draws a whole number from 1. In a uniform spread, all whole numbers are equally likely. */
export function drawWhole(spread: Spread, random: Random): number {
  const { kind } = spread;
  const drawn = drawFrom(
    kind === 'uniform' ? { ...spread, from: spread.from - 0.5, to: spread.to + 0.5 } : spread,
    random,
  );
  return Math.max(1, Math.round(drawn));
}
