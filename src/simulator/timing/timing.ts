import type { Random } from '../../common/random.js';
import type { Settings } from '../settings/settings.js';
import { draw } from './distribution.js';

/** The due times of one answer's parts, in milliseconds since its request was read. */
export interface Schedule {
  headersMs: number;
  firstMs: number;
  /** Returns when the next token is due. The first token is due at `firstMs`. Call it once for each token. */
  next(): number;
}

/** Providers send their headers shortly before the first token. */
const HEADERS_SHARE = 0.97;

/**
 * Computes the due time of each token. Times are relative to the start, so that delays don't add up.
 * @param others returns how many other answers run; called for each token
 */
export function createSchedule(
  { ttft, gap, prefill, slowdown }: Settings,
  promptTokens: number,
  others: () => number,
  random: Random,
): Schedule {
  const slowed = (ms: number): number => ms * (1 + slowdown * others());
  const firstMs = slowed(draw(ttft, random) + prefill * promptTokens);
  let atMs: number | undefined;
  return {
    headersMs: firstMs * HEADERS_SHARE,
    firstMs,
    next() {
      atMs = atMs === undefined ? firstMs : atMs + slowed(draw(gap, random));
      return atMs;
    },
  };
}
