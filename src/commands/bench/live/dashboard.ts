import { createLiveFigures } from '../../../loadtest/live/live-figures.js';
import { stderr } from '../../support/output/sink.js';
import { dashboardLines, type Heading, type Shown } from './dashboard-lines.js';

const INTERVAL_MS = 500;

/**
 * Draws a test's figures over time on the terminal of stderr until it is stopped. At every end of the process, it restores the terminal's cursor and mode.
 */
export function showDashboard(test: Shown, heading: (elapsedMs: number) => Heading): { stop(): void } {
  const { stdin, stderr: terminal } = process;
  const live = createLiveFigures();
  const startMs = performance.now();
  const keyboard = stdin.isTTY && !stdin.readableFlowing;
  const wasRaw = stdin.isTTY && stdin.isRaw;

  let lines: readonly string[] = [];
  /** Whether the dashboard has the screen for itself. */
  let alone = false;
  const draw = (): void => {
    const { columns, rows } = terminal;
    const keys = keyboard ? 'q stop   m mark' : 'Ctrl+C stop';
    lines = dashboardLines(live, heading(performance.now() - startMs), columns, rows, keys);
    stderr.rewriteBlock(lines);
  };
  const onResize = (): void => {
    const { columns, rows } = terminal;
    // Where the cursor is after the terminal has wrapped the lines, differs between terminals.
    if (lines.length > rows || lines.some(({ length }) => length > columns)) {
      if (alone) stderr.clear();
      else stderr.scrollAway();
      alone = true;
    }
    draw();
  };
  let known = 0;
  const tick = (): void => {
    const { tally } = test;
    const ended = tally.samplesFrom(known);
    known += ended.length;
    live.add(performance.now() - startMs, test.inFlight(), ended, (one) => tally.latencyOf(one).ttft);
    draw();
  };
  const onKey = (bytes: Buffer): void => {
    for (const key of bytes.toString('latin1')) {
      // In raw mode the terminal sends no signal.
      if (key === 'q' || key === '\x03') process.kill(process.pid, 'SIGINT');
      if (key === 'm') {
        live.mark();
        test.onMark(performance.now() - startMs);
      }
    }
    draw();
  };
  const restore = (): void => {
    if (keyboard) stdin.setRawMode(wasRaw);
    stderr.rewriteBlock([]);
  };

  if (keyboard) {
    stdin.setRawMode(true);
    stdin.on('data', onKey);
    stdin.resume();
  }
  process.on('exit', restore);
  terminal.on('resize', onResize);
  draw();
  const timer = setInterval(tick, INTERVAL_MS);
  return {
    stop() {
      clearInterval(timer);
      terminal.off('resize', onResize);
      process.off('exit', restore);
      stdin.off('data', onKey);
      if (keyboard) stdin.pause();
      restore();
    },
  };
}
