import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../../../loadtest/figures/tally.js';
import { printMessage } from '../../support/output/print-message.js';
import { oneAtATime } from './one-at-a-time.js';
import type { SearchContext } from './search-context.js';

/** The longest wait for a service that has had too much load, in ms. */
const LONGEST_MS = 60_000;
/** The pause after a request that failed. */
const PAUSE_MS = 500;

/**
 * Waits until the service answers single requests as fast as at the lowest load. After too high a load, many services
 * still work on requests whose client has gone. Without the wait, the next load would seem too high, too.
 * @param lowest the figures of the lowest load; undefined when there are none
 */
export async function untilRecovered(
  context: SearchContext,
  lowest: Pick<Report, 'latency'> | undefined,
  signal: AbortSignal,
): Promise<void> {
  const name = lowest?.latency.ttft === undefined ? 'e2e' : 'ttft';
  const usualMs = lowest?.latency[name]?.p95;
  if (usualMs === undefined) return;
  const endMs = performance.now() + LONGEST_MS;
  for (let leftMs = LONGEST_MS; leftMs > 0; leftMs = endMs - performance.now()) {
    const tally = await oneAtATime(context, 'recovering', { requests: 1, s: leftMs / 1000 }, signal);
    if (signal.aborted) return;
    const [first] = tally.samples;
    if (first?.outcome === 'complete' && (tally.latencyOf(first)[name] ?? 0) <= usualMs) return;
    if (first?.outcome !== 'complete') await sleep(PAUSE_MS, undefined, { signal }).catch(() => {});
  }
  printMessage(
    `warning: ${LONGEST_MS / 1000} s after too high a load, the service was still slow, so the next load may seem too high`,
  );
}
