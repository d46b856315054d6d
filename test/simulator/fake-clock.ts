import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../src/simulator/clock.js';

interface Waiter {
  dueMs: number;
  wake(): void;
}

/** A clock that stands still until it is moved. */
export interface FakeClock extends Clock {
  /** Timers that are running. */
  readonly waiting: number;
  /** Moves forward by `ms`; every timer fires exactly when it is due. */
  advance(ms: number): Promise<void>;
  /** Moves forward by `ms` in one step, as after a pause of the whole process: timers fire late. */
  jump(ms: number): Promise<void>;
}

export function createFakeClock(): FakeClock {
  let nowMs = 0;
  const waiters = new Set<Waiter>();
  const earliest = (): Waiter | undefined => [...waiters].sort((a, b) => a.dueMs - b.dueMs)[0];

  const wakeUntil = async (limitMs: number, moveTo: (dueMs: number) => void): Promise<void> => {
    await nextTurn();
    for (let next = earliest(); next !== undefined && next.dueMs <= limitMs; next = earliest()) {
      moveTo(next.dueMs);
      next.wake();
      await nextTurn();
    }
  };

  return {
    now: () => nowMs,
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
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
      await wakeUntil(targetMs, (dueMs) => {
        nowMs = dueMs;
      });
      nowMs = targetMs;
    },
    async jump(ms) {
      nowMs += ms;
      await wakeUntil(nowMs, () => {});
    },
  };
}
