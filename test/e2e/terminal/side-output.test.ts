import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeSandbox, type Sandbox, until } from '../../support/programs/program.js';
import { KEY, openTerminal, type TerminalSession } from '../../support/programs/terminal.js';

/** A module that the chat loads and that prints, like a noisy library. */
const TALKER = `
if (process.argv.length === 2) {
  process.on('SIGUSR2', () => {
    console.log('said by %s', 'log');
    console.error('said by error, with sk-a-key-that-is-secret');
    process.stderr.write('said on stderr\\n');
    process.emitWarning('said as a warning');
  });
  process.on('exit', () => console.error('said at the end'));
}
`;

let sandbox: Sandbox;
let session: TerminalSession | undefined;

beforeEach(async () => {
  sandbox = await makeSandbox();
});
afterEach(async () => {
  session?.close();
  await session?.ended;
  sandbox.remove();
});

test('other output goes to a file and does not disturb the screen until the chat ends', async () => {
  const talker = join(sandbox.dir, 'talker.cjs');
  writeFileSync(talker, TALKER);
  session = openTerminal(sandbox, [], {
    env: {
      NODE_OPTIONS: `--require ${talker}`,
      OPENAI_API_KEY: 'sk-a-key-that-is-secret',
      XDG_STATE_HOME: sandbox.dir,
    },
  });
  await session.untilScreen(/● connected/);
  session.kill('SIGUSR2');
  const log = (): string => readFileSync(join(sandbox.dir, 'vastar-tui', 'chat.log'), 'utf8');
  await until(() => {
    try {
      return log().includes('warning');
    } catch {
      return false;
    }
  });
  expect(log()).toContain('said by log');
  expect(log()).toContain('said by error, with [key removed]');
  expect(log()).toContain('said on stderr');
  expect(log()).toContain('Warning: said as a warning');
  session.send(KEY.ctrlC);
  session.send(KEY.ctrlC);
  expect((await session.ended).exitCode).toBe(0);
  expect(session.written().match(/said.*/g)).toEqual([expect.stringMatching(/^said at the end/)]);
});
