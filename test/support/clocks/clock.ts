import type { Clock } from '../../../src/state/ports.js';

export interface FakeClock extends Clock {
  /** Advances the time; callbacks that become due run in order. */
  advance(ms: number): void;
  /** Changes Unix time, like a change of the system's clock. */
  jump(ms: number): void;
  /** The number of waiting callbacks. */
  readonly waiting: number;
}

/** A clock that only the test advances. @param startUnixMs Unix time at `now() === 0` */
export function createFakeClock(startUnixMs = new Date(2026, 0, 5, 12, 3).getTime()): FakeClock {
  let nowMs = 0;
  let jumpedMs = 0;
  let waiting: { atMs: number; callback: () => void }[] = [];

  return {
    now: () => nowMs,
    unixMs: () => startUnixMs + jumpedMs + nowMs,
    jump(ms) {
      jumpedMs += ms;
    },
    after(delayMs, callback) {
      const entry = { atMs: nowMs + delayMs, callback };
      waiting.push(entry);
      return () => {
        waiting = waiting.filter((other) => other !== entry);
      };
    },
    advance(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        const due = waiting.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (due === undefined) break;
        waiting = waiting.filter((other) => other !== due);
        nowMs = Math.max(nowMs, due.atMs);
        due.callback();
      }
      nowMs = untilMs;
    },
    get waiting() {
      return waiting.length;
    },
  };
}
