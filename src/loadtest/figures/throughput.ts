import type { Sample } from '../samples/sample.js';
import type { TokenFigures } from './tokens.js';

/**
 * Returns the mean number of requests in flight: the sum of all requests' times, divided by the time of the test.
 * @param stoppedMs time of the requests without a sample, which were running when the test was stopped
 */
export function meanInFlight(samples: readonly Sample[], durationMs: number, stoppedMs = 0): number {
  const busyMs = samples.reduce(
    (sum, one) => sum + Math.max(0, one.endMs - one.intendedMs - (one.lagMs ?? 0)),
    stoppedMs,
  );
  return busyMs / Math.max(1, durationMs);
}

/** Returns the prompt tokens of complete requests a second; undefined when the provider sends no count. */
export function promptTokensPerSecond({ prompt }: TokenFigures, durationMs: number): number | undefined {
  return prompt && (prompt.total * 1000) / Math.max(1, durationMs);
}
