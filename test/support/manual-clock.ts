import type { Clock } from '../../src/runtime/policy/clock.js';
import { createFakeClock } from '../simulator/fake-clock.js';

/** A policies' clock that stands still until it is moved; its wall clock began at `wallStartMs`. */
export interface ManualClock extends Clock {
  /** Timers that are running. */
  readonly waiting: number;
  advance(ms: number): Promise<void>;
}

export function createManualClock(wallStartMs = Date.UTC(2026, 0, 1)): ManualClock {
  const fake = createFakeClock();
  return {
    now: fake.now,
    wallNow: () => wallStartMs + fake.now(),
    wait: (ms, signal) => (signal.aborted ? Promise.reject(signal.reason) : fake.wait(ms, signal)),
    get waiting() {
      return fake.waiting;
    },
    advance: fake.advance,
  };
}
