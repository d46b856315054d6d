import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { harnessForEach } from '../../support/programs/e2e.js';
import { type Running, startProgram } from '../../support/programs/program.js';
import { KEY } from '../../support/programs/terminal.js';

// The daemon or the simulator ends while the chat runs.

const harness = harnessForEach();
const { open } = harness;

async function daemon(): Promise<Running> {
  const running = harness.start(['runtime', 'run']);
  await running.untilStderr(/listening on/);
  return running;
}

test.concurrent('after the daemon is killed, the partial text stays with a mark, and the chat reconnects', async () => {
  const first = await daemon();
  const session = open();
  await session.untilScreen(/● connected/);
  session.send('write a long answer\r');
  await session.untilScreen(/streaming/);
  first.child.kill('SIGKILL');
  await session.untilScreen(/lost|failed/i);
  // The chat starts a new daemon in place of the killed one.
  await session.untilScreen(/● connected/);
  session.send('What is the capital of France?\r');
  await session.untilScreen(/capital of France is Paris/);
});

test.concurrent('killing the daemon during an answer loses neither draft nor queue nor the text so far', async () => {
  const first = await daemon();
  const session = open();
  await session.untilScreen(/● connected/);
  session.send('write a long answer\r');
  await session.untilScreen(/streaming/);
  session.send('the next question\r');
  await session.untilScreen(/queued: the next question/);
  session.send('and a draft');
  await session.untilScreen(/> and a draft/);
  first.child.kill('SIGKILL');
  await session.untilScreen(/failed:|cut off/);
  await session.untilScreen(/> the next question/);
  await session.untilScreen(/and a draft/);
  expect(session.screen().join('\n')).toMatch(/assistant/);
  await session.untilScreen(/● connected/);
});

test.concurrent('after its processes are killed, the chat reconnects, answers, and restores the terminal at its end', async () => {
  const session = open();
  await session.untilScreen(/● connected/);
  session.send('What is the capital of France?\r');
  await session.untilScreen(/Paris\.[\s\S]*done/);
  const children = execFileSync('ps', ['--ppid', String(session.pid), '-o', 'pid='], { encoding: 'utf8' });
  for (const pid of children.trim().split(/\s+/)) process.kill(Number(pid), 'SIGKILL');
  await session.untilScreen(/lost|reconnecting|connected again/);
  await session.untilScreen(/● connected/);
  session.send('/quit\r');
  expect((await session.ended).exitCode).toBe(0);
  const written = session.written();
  expect(written.lastIndexOf('\x1b[?1049l')).toBeGreaterThan(written.lastIndexOf('\x1b[?1049h'));
  // The mouse wheel is restored.
  expect(written.lastIndexOf('\x1b[?1007r')).toBeGreaterThan(written.lastIndexOf('\x1b[?1007h'));
});

test.concurrent('the chat restarts a simulator that ended with another program', async () => {
  const other = startProgram(harness.sandbox, [
    'simulator',
    '--port',
    new URL(harness.sandbox.simulatorUrl).port,
  ]);
  await other.untilStderr(/listening on/);
  const session = open();
  await session.untilScreen(/● connected/);
  session.send('What is the capital of France?');
  session.send(KEY.enter);
  await session.untilScreen(/The capital of France is Paris\./);
  other.child.kill();
  await other.ended;
  session.send('What is the capital of Italy?');
  session.send(KEY.enter);
  await session.untilScreen(/The capital of Italy is Rome\./);
});
