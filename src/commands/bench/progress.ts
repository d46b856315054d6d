import type { Limit } from '../../loadtest/run-load.js';
import type { Tally } from '../../loadtest/tally.js';
import { stderr } from '../support/sink.js';

const INTERVAL_MS = 200;
const BAR_WIDTH = 24;

/** Shows a test's live figures in one line when stderr is a terminal. */
export function showProgress(
  label: string,
  limit: Limit,
  tally: Tally,
  ended: () => number,
): { stop(): void } {
  if (!process.stderr.isTTY) return { stop() {} };
  const startMs = performance.now();
  const draw = (): void => {
    stderr.rewriteLine(progressLine(label, limit, tally, ended(), performance.now() - startMs));
  };
  draw();
  const timer = setInterval(draw, INTERVAL_MS);
  return {
    stop() {
      clearInterval(timer);
      stderr.rewriteLine('');
    },
  };
}

/** Formats e.g. `simulator  [██████      ] 12/50  8.1 requests/s  642 tok/s  ttft p50 312 ms  failed 0`. */
function progressLine(label: string, limit: Limit, tally: Tally, ended: number, elapsedMs: number): string {
  const { failed, requestsPerSecond, outputTokensPerSecond, latency } = tally.report(elapsedMs);
  const [share, position] =
    limit.kind === 'requests'
      ? [ended / limit.count, `${ended}/${limit.count}`]
      : [elapsedMs / limit.ms, `${(elapsedMs / 1000).toFixed(0)}/${(limit.ms / 1000).toFixed(0)} s`];
  const filled = Math.round(Math.min(1, share) * BAR_WIDTH);
  return [
    label,
    `[${'█'.repeat(filled).padEnd(BAR_WIDTH)}] ${position}`,
    `${requestsPerSecond.toFixed(1)} requests/s`,
    `${outputTokensPerSecond.toFixed(0)} tok/s`,
    ...(latency.ttft === undefined ? [] : [`ttft p50 ${latency.ttft.p50.toFixed(0)} ms`]),
    `failed ${failed}`,
  ].join('  ');
}
