import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { harnessForEach } from '../../support/programs/e2e.js';
import { CLI, NODE, runProgram } from '../../support/programs/program.js';
import { startAtOnce } from '../../support/programs/starts.js';

const harness = harnessForEach();

test.concurrent('simultaneous questions with nothing running share one daemon and one simulator, and each is answered', async () => {
  const starts = await startAtOnce(harness.sandbox, { asks: 12, keep: true });
  expect(starts).toMatchObject({ failed: [], daemons: 1, simulators: 1, left: [] });
});

test.concurrent('a question is answered while the program that started daemon and simulator ends, and two daemons never run at once', async () => {
  const { sandbox } = harness;
  // Each program finds processes that the program before it is about to stop.
  for (let round = 0; round < 4; round += 1) {
    expect(await startAtOnce(sandbox, { asks: 2 })).toMatchObject({ failed: [], daemonsAtOnce: 1, left: [] });
  }
});

test.concurrent('when the daemon can’t start, the error begins with what to do', async () => {
  const socket = join(harness.sandbox.dir, 'missing', 'runtime.sock');
  const { code, stderr } = await runProgram(harness.sandbox, ['ask', 'hi', '--socket', socket]);
  expect({ code, stderr }).toEqual({
    code: 3,
    stderr: `vastar-tui: create ${join(harness.sandbox.dir, 'missing')}, or choose another path with --socket: the folder does not exist\n`,
  });
});

test.concurrent('in a folder that was removed, the error says so', async () => {
  const gone = join(harness.sandbox.dir, 'gone');
  mkdirSync(gone);
  const script = 'rmdir "$PWD"; exec "$0" "$@"';
  const child = spawn('sh', ['-c', script, NODE, CLI, 'ask', 'hi'], {
    cwd: gone,
    env: harness.sandbox.env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const stderr = await text(child.stderr);
  expect(stderr).toBe('vastar-tui: change to a folder that exists: the current one was removed\n');
});
