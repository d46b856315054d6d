import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../../src/loadtest/load/run-load.js';

/** A clock that only advances when all work waits for it. */
export interface VirtualClock extends Clock {
  /** Advances the time until `work` is done. */
  play<T>(work: Promise<T>): Promise<T>;
}

export function createVirtualClock(): VirtualClock {
  let nowMs = 0;
  const sleepers = new Set<{ dueMs: number; wake: () => void }>();
  return {
    now: () => nowMs,
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { dueMs: nowMs + ms, wake: resolve };
        sleepers.add(sleeper);
        signal.addEventListener('abort', () => sleepers.delete(sleeper) && reject(signal.reason));
      }),
    async play(work) {
      let done = false;
      const end = work.finally(() => {
        done = true;
      });
      for (await turn(); !done; await turn()) {
        const next = [...sleepers].reduce<{ dueMs: number; wake: () => void } | undefined>(
          (first, one) => (first === undefined || one.dueMs < first.dueMs ? one : first),
          undefined,
        );
        if (next === undefined) throw new Error('nothing is left to wait for');
        sleepers.delete(next);
        nowMs = Math.max(nowMs, next.dueMs);
        next.wake();
      }
      return end;
    },
  };
}
