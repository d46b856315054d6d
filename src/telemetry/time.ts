import type { HrTime } from '@opentelemetry/api';

/** Converts times of this process's monotonic clock (`performance.now()`, in ms) to times of a trace. */
export interface TraceClock {
  at(ms: number): HrTime;
}

/** Both clocks are compared once, so a change of the system's time does not change the lengths of spans. */
export function createTraceClock(): TraceClock {
  const baseMs = Math.round(Date.now() - performance.now());
  return {
    at(ms) {
      // Compute with whole milliseconds and the fraction separately: one number can't hold nanoseconds since 1970.
      const whole = Math.floor(ms);
      const epochMs = baseMs + whole;
      const seconds = Math.floor(epochMs / 1000);
      return [seconds, (epochMs - seconds * 1000) * 1_000_000 + Math.round((ms - whole) * 1_000_000)];
    },
  };
}
