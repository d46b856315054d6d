import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../../src/runtime/policy/clock.js';

interface Waiter {
  readonly dueMs: number;
  wake(): void;
}

/** A clock for policies that only the test advances; its wall clock begins at `wallStartMs`. */
export interface ManualClock extends Clock {
  /** Timers that are running. */
  readonly waiting: number;
  /** Advances by `ms`. Every timer fires exactly when it is due, also a timer that was set meanwhile. */
  advance(ms: number): Promise<void>;
}

export function createManualClock(wallStartMs = Date.UTC(2026, 0, 1)): ManualClock {
  const waiters = new Set<Waiter>();
  let nowMs = 0;

  const earliest = (): Waiter | undefined => {
    let first: Waiter | undefined;
    for (const waiter of waiters) if (first === undefined || waiter.dueMs < first.dueMs) first = waiter;
    return first;
  };

  return {
    now: () => nowMs,
    wallNow: () => wallStartMs + nowMs,
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const end = (settle: () => void): void => {
          waiters.delete(waiter);
          signal.removeEventListener('abort', onAbort);
          settle();
        };
        const onAbort = (): void => end(() => reject(signal.reason));
        const waiter: Waiter = { dueMs: nowMs + ms, wake: () => end(resolve) };
        waiters.add(waiter);
        signal.addEventListener('abort', onAbort);
      }),
    get waiting() {
      return waiters.size;
    },
    async advance(ms) {
      const targetMs = nowMs + ms;
      await nextTurn();
      for (let next = earliest(); next !== undefined && next.dueMs <= targetMs; next = earliest()) {
        nowMs = next.dueMs;
        next.wake();
        await nextTurn();
      }
      nowMs = targetMs;
    },
  };
}
