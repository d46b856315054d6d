import { sleep } from '../../common/time/sleep.js';

/** The clock that the policies use. Tests pass a clock that they advance themselves. */
export interface Clock {
  /** Milliseconds on a monotonic clock. */
  now(): number;
  /** Unix time in ms, for dates in headers and messages. */
  wallNow(): number;
  /** Resolves after `ms`. When the signal is aborted, removes the timer and rejects with the signal's reason. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** The system's clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  wait: sleep,
};
