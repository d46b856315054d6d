import type { HrTime } from '@opentelemetry/api';

/** Turns times of this process's monotonic clock (`performance.now()`, in ms) into times of a trace. */
export interface TraceClock {
  at(ms: number): HrTime;
}

/** Both clocks are compared once, so the spans of one trace keep their lengths when the system's time is changed. */
export function createTraceClock(): TraceClock {
  const baseMs = Math.round(Date.now() - performance.now());
  return {
    at(ms) {
      // Whole milliseconds apart: a number has no room for nanoseconds since 1970.
      const whole = Math.floor(ms);
      const epochMs = baseMs + whole;
      const seconds = Math.floor(epochMs / 1000);
      return [seconds, (epochMs - seconds * 1000) * 1_000_000 + Math.round((ms - whole) * 1_000_000)];
    },
  };
}
