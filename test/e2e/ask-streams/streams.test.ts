import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { harnessWithDaemon } from '../../support/programs/e2e.js';
import { CLI, NODE, withoutBusy } from '../../support/programs/program.js';

// The tests run at the same time, because they wait until the program stops waiting for stdin.
const harness = harnessWithDaemon();
const { start } = harness;

test.concurrent('a prompt with an open, silent stdin is sent after a wait, with a notice', async () => {
  const running = start(['ask', 'What is the capital of France?']);
  const { code, stdout, stderr } = await running.ended;
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringMatching(
      /stdin is open and silent: the question is sent without it\. Add "-" to wait for it/,
    ),
  });
  expect(stdout).toContain('Paris');
});

test.concurrent.for([
  ['after "-"', ['hi', '-']],
  ['without a prompt', []],
  ['once something came', ['hi']],
] as const)('ask waits for an open stdin %s and prints a notice', async ([when, words]) => {
  const running = start(['ask', ...words]);
  if (when === 'once something came') running.child.stdin.write('text');
  await running.untilStderr(/waiting for stdin to end/);
  expect(running.child.exitCode).toBeNull();
  running.child.stdin.end('more');
  expect((await running.ended).code).toBe(0);
  expect(running.stderr()).not.toContain('the question is sent without it');
});

test.concurrent('a closed stdout is an error, and no request is sent', async () => {
  const { dir, env } = harness.sandbox;
  const shell = async (script: string): Promise<[number | null, string]> => {
    const child = spawn('sh', ['-c', script], { cwd: dir, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [code] = await once(child, 'close');
    return [code, withoutBusy(stderr)];
  };
  const ask = `${NODE} ${CLI} ask hi`;
  expect(await shell(`exec > /dev/full; ${ask} >&-; exit $?`)).toEqual([
    1,
    expect.stringContaining('stdout is closed, nothing was sent'),
  ]);
  expect(await shell(`${ask} > /dev/null; exit $?`)).toEqual([0, '']);
  // The parent of the shell discards it.
  expect(await shell(`${ask}; exit $?`)).toEqual([0, '']);
});
