import { expect, test } from 'vitest';
import { harnessWithDaemon } from '../../support/programs/e2e.js';
import { alive, until } from '../../support/programs/program.js';
import type { TerminalSession } from '../../support/programs/terminal.js';
import { deltaOf, FINISH, sseEvents } from '../../support/servers/upstream.js';

const harness = harnessWithDaemon();

/** Asks a question, and stops reading the output while the answer streams. It is longer than the system keeps. */
async function unread(): Promise<TerminalSession> {
  const lines = Array.from({ length: 300 }, (_, index) => deltaOf(`${'#'.repeat(60)} ${index}\n\n`));
  await harness.endpoint({
    chunks: sseEvents(...lines, deltaOf('the last line'), FINISH, '[DONE]'),
    gapMs: 10,
  });
  const session = harness.open();
  await session.untilScreen(/● connected/);
  session.send('a question\r');
  await session.untilScreen(/streaming/);
  session.pause();
  await until(async () => {
    const { stdout } = await harness.run(['sessions', 'search', 'last line']);
    return stdout.includes('the last line');
  });
  return session;
}

test.concurrent('an answer is saved while the terminal does not read, and shown when it reads again', async () => {
  const session = await unread();
  session.resume();
  await session.untilScreen(/# 299 *│.*\n.*\n.*the last line/);
  session.send('still there');
  await session.untilScreen(/> still there/);
});

test.concurrent('SIGTERM ends a chat whose terminal does not read', async () => {
  const session = await unread();
  session.kill('SIGTERM');
  await until(() => !alive(session.pid));
  session.resume();
  expect((await session.ended).exitCode).toBe(143);
});
