import type { Clock } from './clock.js';

/** A token bucket: it allows `perSecond` tokens on average, and `burst` at once. */
export interface TokenBucket {
  /** Takes `count` tokens. The balance may go below zero. */
  spend(count: number): void;
  /** Time until one token is available, in ms; 0 when one is. */
  readonly waitMs: number;
}

/**
 * Creates a full bucket.
 * @param perSecond Infinity for no limit
 */
export function createTokenBucket(
  { perSecond, burst }: { perSecond: number; burst: number },
  clock: Pick<Clock, 'now'>,
): TokenBucket {
  if (perSecond === Number.POSITIVE_INFINITY) return { spend() {}, waitMs: 0 };
  let tokens = burst;
  let atMs = clock.now();
  const refill = (): void => {
    const nowMs = clock.now();
    tokens = Math.min(burst, tokens + ((nowMs - atMs) / 1000) * perSecond);
    atMs = nowMs;
  };
  return {
    spend(count) {
      refill();
      tokens -= count;
    },
    get waitMs() {
      refill();
      return tokens >= 1 ? 0 : ((1 - tokens) / perSecond) * 1000;
    },
  };
}
