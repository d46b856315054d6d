import type { Clock } from '../../src/state/ports.js';

export interface FakeClock extends Clock {
  /** Lets time pass; what falls due meanwhile happens in order. */
  advance(ms: number): void;
  /** Sets Unix time forward or back, as somebody does who sets the system's clock. */
  jump(ms: number): void;
  /** How many callbacks wait. */
  readonly waiting: number;
}

/** Time that stands still until it is moved. @param startUnixMs Unix time at `now() === 0` */
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
