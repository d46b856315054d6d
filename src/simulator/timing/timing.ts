import type { Random } from '../random.js';
import type { Settings } from '../settings/settings.js';
import { draw } from './distribution.js';

/** Says when each part of one answer is due, in milliseconds since its request was read. */
export interface Schedule {
  headersMs: number;
  firstMs: number;
  /** When the next token is due; the first is at `firstMs`. Call it once a token. */
  next(): number;
}

/** Providers send their headers when the first token is all but there. */
const HEADERS_SHARE = 0.97;

/**
 * Lays the tokens of an answer out in time. Each is placed from the start, so that lateness does not add up.
 * @param others how many other answers are running; asked again for each token
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
