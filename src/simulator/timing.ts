import { LIMITS } from './defaults.js';
import { normal, type Random } from './random.js';

/** A draw from a distribution of durations, in milliseconds. */
export type Duration = (random: Random) => number;

/** How an answer is paced. */
export interface Timing {
  /** From the request to the first token. */
  firstToken: Duration;
  /** From one token to the next. */
  gap: Duration;
}

/** Every draw is `ms`. */
export function constant(ms: number): Duration {
  return () => ms;
}

/** A log-normal distribution with the given mean; `sigma` is the deviation of the logarithm. */
export function logNormal(meanMs: number, sigma: number): Duration {
  return (random) => meanMs * Math.exp(sigma * normal(random) - sigma ** 2 / 2);
}

/** @throws {RangeError} when `value` is not a number within the limits of `name`. */
export function checkLimits(name: keyof typeof LIMITS, value: number): void {
  const { min, max } = LIMITS[name];
  if (!(value >= min && value <= max)) {
    throw new RangeError(`${name} must be from ${min} to ${max}, but is ${value}`);
  }
}

const TTFT_SIGMA = 0.1;
const GAP_SIGMA = 0.25;

/** A provider on an ordinary day: both figures hold on average and vary a little. */
export function typicalTiming(ttftMs: number, tokensPerSecond: number): Timing {
  return { firstToken: logNormal(ttftMs, TTFT_SIGMA), gap: logNormal(1000 / tokensPerSecond, GAP_SIGMA) };
}

/** When the parts of an answer are due, in milliseconds since its request was read. */
export interface Schedule {
  headersMs: number;
  /** One a token, never decreasing. */
  tokensMs: readonly number[];
  /** The last token, or where the first would have been. */
  endMs: number;
}

/** Providers send their headers when the first token is all but there. */
const HEADERS_SHARE = 0.97;

/** Lays `tokens` tokens out in time. Each is placed from the start, so that lateness does not add up. */
export function schedule(tokens: number, timing: Timing, random: Random): Schedule {
  const firstMs = timing.firstToken(random);
  let atMs = firstMs;
  const tokensMs = Array.from({ length: tokens }, (_, index) => {
    if (index > 0) atMs += timing.gap(random);
    return atMs;
  });
  return { headersMs: firstMs * HEADERS_SHARE, tokensMs, endMs: atMs };
}
