import { normal, type Random } from '../../common/random.js';

/** A distribution of lengths, in tokens. */
export type Lengths =
  | { readonly kind: 'constant'; readonly tokens: number }
  | { readonly kind: 'uniform'; readonly from: number; readonly to: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly deviation: number }
  /** `sigma` is the deviation of the logarithm. */
  | { readonly kind: 'log-normal'; readonly mean: number; readonly sigma: number };

export const LENGTHS_SYNTAX = 'N, uniform:FROM,TO, normal:MEAN,DEVIATION or log-normal:MEAN,SIGMA';
const MAX_TOKENS = 2_000_000;
const MAX_SIGMA = 3;

/** Undefined when the text is none of `LENGTHS_SYNTAX`, or out of range. */
export function parseLengths(text: string): Lengths | undefined {
  const [kind = '', list = ''] = text.includes(':') ? text.split(':', 2) : ['constant', text];
  const numbers = list
    .split(',')
    .map((one) => (/^\d+(?:\.\d+)?$/.test(one.trim()) ? Number(one) : Number.NaN));
  const [first = Number.NaN, second = Number.NaN] = numbers;
  if (!(first >= 1 && first <= MAX_TOKENS) || numbers.length !== (kind === 'constant' ? 1 : 2))
    return undefined;
  switch (kind) {
    case 'constant':
      return { kind, tokens: first };
    case 'uniform':
      return second >= first && second <= MAX_TOKENS ? { kind, from: first, to: second } : undefined;
    case 'normal':
      return second <= MAX_TOKENS ? { kind, mean: first, deviation: second } : undefined;
    case 'log-normal':
      return second <= MAX_SIGMA ? { kind, mean: first, sigma: second } : undefined;
    default:
      return undefined;
  }
}

/** A whole length, at least 1. */
export function drawLength(lengths: Lengths, random: Random): number {
  return Math.max(1, Math.min(MAX_TOKENS, Math.round(drawn(lengths, random))));
}

function drawn(lengths: Lengths, random: Random): number {
  switch (lengths.kind) {
    case 'constant':
      return lengths.tokens;
    case 'uniform':
      return Math.floor(lengths.from + random() * (lengths.to - lengths.from + 1));
    case 'normal':
      return lengths.mean + lengths.deviation * normal(random);
    case 'log-normal':
      return lengths.mean * Math.exp(lengths.sigma * normal(random) - lengths.sigma ** 2 / 2);
  }
}

/** The text that `parseLengths` reads. */
export function formatLengths(lengths: Lengths): string {
  switch (lengths.kind) {
    case 'constant':
      return String(lengths.tokens);
    case 'uniform':
      return `uniform:${lengths.from},${lengths.to}`;
    case 'normal':
      return `normal:${lengths.mean},${lengths.deviation}`;
    case 'log-normal':
      return `log-normal:${lengths.mean},${lengths.sigma}`;
  }
}
