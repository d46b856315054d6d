import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { harnessWithDaemon } from '../../support/programs/e2e.js';
import { CLI, NODE } from '../../support/programs/program.js';
import { deltaOf, FINISH, sseEvents } from '../../support/servers/upstream.js';

const harness = harnessWithDaemon();

/** Prints how many files of the program were loaded. */
const COUNT_FILES = `data:text/javascript,
import { registerHooks } from 'node:module';
let files = 0;
registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) files += 1;
    return next(url, context);
  },
});
process.on('exit', () => process.stderr.write('files ' + files));`;

// Node needs half a millisecond of processor time for each file, and optimises its resolution of paths from about 35 on.
test('ask loads few files', async () => {
  await harness.endpoint({ chunks: sseEvents(deltaOf('Paris'), FINISH) });
  const { dir, env } = harness.sandbox;
  const args = ['--import', COUNT_FILES, CLI, 'ask', '--mode', 'openai', 'hello'];
  const { stdout, stderr } = await promisify(execFile)(NODE, args, { cwd: dir, env });
  expect(stdout).toBe('Paris\n');
  const [, files] = /files (\d+)$/.exec(stderr) ?? [];
  expect(Number(files)).toBeGreaterThan(5);
  expect(Number(files)).toBeLessThanOrEqual(32);
});
