import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../../src/simulator/timing/clock.js';

interface Waiter {
  dueMs: number;
  wake(): void;
}

/** A clock that only advances when a test calls it. */
export interface FakeClock extends Clock {
  /** Alarms that are set. */
  readonly waiting: number;
  /** Advances by `ms`. Every alarm fires exactly when it is due. */
  advance(ms: number): Promise<void>;
  /** Advances by `ms` in one step, like after a pause of the whole process: alarms fire late. */
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
    alarm(dueMs, wake) {
      const waiter: Waiter = {
        dueMs,
        wake() {
          waiters.delete(waiter);
          wake();
        },
      };
      waiters.add(waiter);
      return () => void waiters.delete(waiter);
    },
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
