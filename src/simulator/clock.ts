import { setTimeout as sleep } from 'node:timers/promises';

/** What the simulator takes its time from; tests hand in one they move by hand. */
export interface Clock {
  /** Milliseconds on a monotonic clock. */
  now(): number;
  /** Resolves after `ms`, perhaps a little early or late. Rejects, and keeps no timer, once `signal` aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** The system's clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wait: (ms, signal) => sleep(Math.ceil(ms), undefined, { signal }),
};
