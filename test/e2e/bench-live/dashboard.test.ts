import { test } from 'vitest';
import { harnessForEach } from '../../support/programs/e2e.js';
import { deltaOf, FINISH, type Script, serveScript, sseEvents } from '../../support/servers/upstream.js';

const { endpoint, open, run } = harnessForEach();
const answer: Script = { chunks: sseEvents(deltaOf('one '), deltaOf('two'), FINISH, '[DONE]'), gapMs: 5 };
/** Longer than any machine needs to draw the plots and to end the test. */
const LONG = ['bench', '--rate', '30', '--duration', '900'];

test.concurrent.for([
  [120, 40],
  [80, 24],
  [50, 15],
] as const)(
  'at %ix%i plots show a running test, m marks a moment and q ends it',
  async ([columns, rows], { expect }) => {
    await endpoint(answer);
    const session = open(LONG, { columns, rows });
    await session.untilScreen(
      /requests in flight: \d+[\s\S]*complete answers a second: \d+[\s\S]*TTFT p95: /,
    );
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
  },
);

test.concurrent('a terminal that becomes small gets one line, and a large one gets plots again', async ({
  expect,
}) => {
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

test.concurrent.for(['SIGTERM', 'SIGHUP'] as const)(
  '%s shows the cursor again',
  async (signal, { expect }) => {
    await endpoint(answer);
    const session = open(LONG);
    await session.untilScreen(/requests in flight/);
    session.kill(signal);
    await session.ended;
    expect(session.written().lastIndexOf('\x1b[?25h')).toBeGreaterThan(
      session.written().lastIndexOf('\x1b[?25l'),
    );
  },
);

test.concurrent('a small terminal gets one line, and --progress none nothing', async ({ expect }) => {
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

test.concurrent('without a terminal, a test prints nothing in its first ten seconds', async ({ expect }) => {
  await endpoint(answer);
  const { code, stderr } = await run(['bench', '--rate', '3', '--duration', '1']);
  expect(code).toBe(0);
  // Each line has the time since the start. On an idle machine, there is none.
  for (const line of stderr.trim().split('\n').filter(Boolean))
    expect(Number(/\] (\d+)\/1 s/.exec(line)?.[1])).toBeGreaterThanOrEqual(10);
});

test.concurrent('a terminal shows a bar with live figures until the end', async ({ expect }) => {
  const seen = Promise.withResolvers<void>();
  const upstream = await endpoint(async (request, response, raw) => {
    if (upstream.requests.length > 2) await seen.promise;
    return serveScript(answer)(request, response, raw);
  });
  const session = open(['bench', '--requests', '4', '--progress', 'line']);
  await session.untilScreen(/openai +\[█+ *\] 2\/4 +\d.*requests\/s.*ttft p50 \d+ ms/);
  seen.resolve();
  expect((await session.ended).exitCode).toBe(0);
  await expect.poll(() => session.screen().join('\n')).not.toMatch(/requests\/s +failed \d/);
});
