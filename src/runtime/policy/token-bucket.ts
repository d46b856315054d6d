import type { Clock } from './clock.js';

/** Allows `perSecond` on average, and `burst` at once. */
export interface TokenBucket {
  /** Takes `count`, into debt where there is too little. */
  spend(count: number): void;
  /** Until there is as much as one token, in ms; 0: there is. */
  readonly waitMs: number;
}

/** @param perSecond Infinity: no limit */
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
