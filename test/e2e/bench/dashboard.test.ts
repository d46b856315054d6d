import { expect, onTestFinished, test } from 'vitest';
import { groundForEach } from '../../support/programs/e2e.js';
import { openTerminal, type TerminalOptions, type TerminalSession } from '../../support/programs/terminal.js';
import { deltaOf, FINISH, type Script, sseEvents } from '../../support/servers/upstream.js';

const ground = groundForEach();
const { endpoint, run } = ground;
const answer: Script = { chunks: sseEvents(deltaOf('one '), deltaOf('two'), FINISH, '[DONE]'), gapMs: 5 };
/** Longer than any machine needs to draw the plots and to end the test. */
const LONG = ['bench', '--rate', '30', '--duration', '900'];

function open(args: readonly string[], options?: TerminalOptions): TerminalSession {
  const session = openTerminal(ground.place, args, options);
  onTestFinished(() => session.close());
  return session;
}

test.each([
  [120, 40],
  [80, 24],
  [50, 15],
])('at %ix%i plots show a running test, m marks a moment and q ends it', async (columns, rows) => {
  await endpoint(answer);
  const session = open(LONG, { columns, rows });
  await session.untilScreen(/requests in flight: \d+[\s\S]*complete answers a second: \d+[\s\S]*TTFT p95: /);
  for (const line of session.screen()) expect(line.length).toBeLessThan(columns);
  const screen = (): string => session.screen().join('\n');
  // A mark is only visible in cells without a bar.
  await expect
    .poll(
      () => {
        session.send('m');
        return screen();
      },
      { interval: 500 },
    )
    .toMatch(/│/);
  session.send('q');
  expect((await session.ended).exitCode).toBe(130);
  await expect.poll(() => session.written()).toMatch(/\nmarks +\d+\.\d s/);
  await expect.poll(screen).not.toMatch(/q stop/);
  // The cursor is shown again, after it was hidden last.
  expect(session.written().lastIndexOf('\x1b[?25h')).toBeGreaterThan(
    session.written().lastIndexOf('\x1b[?25l'),
  );
});

test('a terminal that becomes small gets one line, and a large one gets plots again', async () => {
  await endpoint(answer);
  const session = open(LONG, { columns: 60, rows: 20 });
  await session.untilScreen(/requests in flight: \d/);
  session.resize(30, 5);
  await session.untilScreen(/^openai[^\n]*\n*$/);
  // No further line scrolls away.
  const above = session.terminal.buffer.active.baseY;
  const drawn = session.written().length;
  await expect.poll(() => session.written().length).toBeGreaterThan(drawn + 100);
  expect(session.terminal.buffer.active.baseY).toBe(above);
  session.resize(25, 4);
  await session.untilScreen(/^openai[^\n]{0,18}\n*$/);
  session.resize(60, 20);
  await session.untilScreen(/requests in flight: \d[\s\S]*q stop/);
  expect(session.screen().filter((line) => line.startsWith('openai'))).toHaveLength(1);
  session.send('q');
  expect((await session.ended).exitCode).toBe(130);
});

test.each(['SIGTERM', 'SIGHUP'] as const)('%s shows the cursor again', async (signal) => {
  await endpoint(answer);
  const session = open(LONG);
  await session.untilScreen(/requests in flight/);
  session.kill(signal);
  await session.ended;
  expect(session.written().lastIndexOf('\x1b[?25h')).toBeGreaterThan(
    session.written().lastIndexOf('\x1b[?25l'),
  );
});

test('a small terminal gets one line, and --progress none nothing', async () => {
  await endpoint(answer);
  const small = open(LONG, { columns: 30, rows: 8 });
  await small.untilWritten('\r\x1b[K');
  small.send('\x03');
  await small.ended;
  expect(small.written()).not.toContain('\x1b[?25l');
  const none = open(['bench', '--requests', '3', '--progress', 'none']);
  expect((await none.ended).exitCode).toBe(0);
  expect(none.written()).not.toMatch(/\x1b\[K|\x1b\[\?25l|requests in flight/);
});

test('without a terminal, a test prints nothing in its first ten seconds', async () => {
  await endpoint(answer);
  const { code, stderr } = await run(['bench', '--rate', '3', '--duration', '1']);
  expect(code).toBe(0);
  // Each line has the time since the start. On an idle machine, there is none.
  for (const line of stderr.trim().split('\n').filter(Boolean))
    expect(Number(/\] (\d+)\/1 s/.exec(line)?.[1])).toBeGreaterThanOrEqual(10);
});
