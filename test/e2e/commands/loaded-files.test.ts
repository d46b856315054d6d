import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { CLI, makeSandbox, NODE } from '../../support/programs/program.js';

/** Prints how many files of the program were loaded. */
const COUNT = `data:text/javascript,
import { registerHooks } from 'node:module';
let files = 0;
registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) files += 1;
    return next(url, context);
  },
});
process.on('exit', () => process.stderr.write('files ' + files));`;

/** Node needs half a millisecond of processor time for each, and from about 35 on it optimises its resolution of paths. */
const MOST_FILES = 32;

test('a command loads few files', async () => {
  const sandbox = await makeSandbox();
  try {
    const args = ['--import', COUNT, CLI, 'ask', '--mode', 'simulator', 'hello'];
    const { stdout, stderr } = await promisify(execFile)(NODE, args, { cwd: sandbox.dir, env: sandbox.env });
    expect(stdout).not.toBe('');
    const [, files] = /files (\d+)$/.exec(stderr) ?? [];
    expect(Number(files)).toBeGreaterThan(5);
    expect(Number(files)).toBeLessThanOrEqual(MOST_FILES);
  } finally {
    sandbox.remove();
  }
});
