import { stderr } from '../../support/output/sink.js';
import { showDashboard } from './dashboard.js';
import { type Heading, hasRoom, type Shown } from './dashboard-lines.js';

/** The display of a running test: plots, one line, or nothing. */
export const PROGRESS = ['plots', 'line', 'none'] as const;
export type Progress = (typeof PROGRESS)[number];

const LINE_MS = 200;
/** The interval of progress lines when stderr is not a terminal. It is long, because each line stays in a log. */
const LOG_MS = 10_000;
const BAR_WIDTH = 24;

/** Shows a test's live figures on stderr. */
export function showProgress(test: Shown, how: Progress = 'plots'): { stop(): void } {
  const { isTTY, columns, rows } = process.stderr;
  if (how === 'none') return { stop() {} };
  if (!isTTY) return showLog(test);
  if (how === 'plots' && hasRoom(columns, rows) && process.env.TERM !== 'dumb')
    return showDashboard(test, (elapsedMs) => headingOf(test, elapsedMs));
  return every(
    LINE_MS,
    (elapsedMs) => stderr.rewriteLine(lineOf(test, elapsedMs)),
    () => stderr.rewriteLine(''),
  );
}

function showLog(test: Shown): { stop(): void } {
  return every(LOG_MS, (elapsedMs) => {
    if (elapsedMs >= LOG_MS) stderr.print(`${lineOf(test, elapsedMs)}\n`);
  });
}

function every(ms: number, draw: (elapsedMs: number) => void, clear = (): void => {}): { stop(): void } {
  const startMs = performance.now();
  draw(0);
  const timer = setInterval(() => draw(performance.now() - startMs), ms);
  return {
    stop() {
      clearInterval(timer);
      clear();
    },
  };
}

const lineOf = (test: Shown, elapsedMs: number): string => {
  const { position, figures } = headingOf(test, elapsedMs);
  return `${position}  ${figures}`;
};

/** Formats e.g. `simulator  [██████      ] 12/50` and `8.1 requests/s  failed 0  ttft p50 312 ms  642 tok/s`. */
function headingOf({ label, limit, tally, ended }: Shown, elapsedMs: number): Heading {
  const { failed, requestsPerSecond, outputTokensPerSecond, latency } = tally.report(elapsedMs);
  const [share, position] =
    limit.kind === 'requests'
      ? [ended() / limit.count, `${ended()}/${limit.count}`]
      : [elapsedMs / limit.ms, `${(elapsedMs / 1000).toFixed(0)}/${(limit.ms / 1000).toFixed(0)} s`];
  const filled = Math.round(Math.min(1, share) * BAR_WIDTH);
  return {
    position: `${label}  [${'█'.repeat(filled).padEnd(BAR_WIDTH)}] ${position}`,
    figures: [
      `${requestsPerSecond.toFixed(1)} requests/s`,
      `failed ${failed}`,
      ...(latency.ttft === undefined ? [] : [`ttft p50 ${latency.ttft.p50.toFixed(0)} ms`]),
      `${outputTokensPerSecond.toFixed(0)} tok/s`,
    ].join('  '),
  };
}
