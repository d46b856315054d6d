import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { harnessForEach } from '../../support/programs/e2e.js';
import { runHere } from '../../support/programs/in-process.js';
import { CLI, NODE } from '../../support/programs/program.js';

const harness = harnessForEach();
const sessions = (...args: string[]) => runHere(harness.sandbox, ['sessions', ...args]);

test('an export goes to a pipe, an open descriptor or stdout; a full disk leaves no part of its file', async () => {
  const long = [{ role: 'user', content: 'word '.repeat(100_000) }];
  writeFileSync(join(harness.sandbox.dir, 'long.json'), JSON.stringify(long));
  expect((await sessions('import', 'long.json')).code).toBe(0);
  const { stdout } = await sessions('export', '--all');
  expect(await sessions('export', '--all', '--output', '-')).toMatchObject({ code: 0, stdout });
  const { dir, env } = harness.sandbox;
  const script = `
    "$@" /dev/stdout > out
    mkfifo pipe; cat pipe > piped & "$@" pipe; wait
    ulimit -f 300; "$@" full 2> why; "$@" . 2>> why; ls full`;
  const args = ['-c', script, 'sh', NODE, CLI, 'sessions', 'export', '--all', '--output'];
  const shell = spawn('sh', args, { cwd: dir, env, stdio: 'ignore' });
  const [code] = await once(shell, 'close');
  const written = (name: string): string => readFileSync(join(dir, name), 'utf8');
  expect(written('out')).toBe(stdout);
  expect(written('piped')).toBe(stdout);
  expect(written('why')).toMatch(
    /--output full cannot be written.*\n.*--output \. cannot be written: it is a folder/,
  );
  expect(code).not.toBe(0);
});
