import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tmuxReadsUtf8 } from '../../../src/commands/chat/tmux-encoding.js';
import { folderForTest } from '../../support/run/temporary-folder.js';

/** Returns the environment of a pane whose tmux runs this shell script. */
function paneOf(script: string): NodeJS.ProcessEnv {
  const dir = folderForTest();
  writeFileSync(join(dir, 'tmux'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(dir, 'tmux'), 0o755);
  return { PATH: dir, TMUX: '/tmp/tmux-0/default,1,0', TMUX_PANE: '%3' };
}

test.each([
  ['1', true],
  ['0', false],
  // No terminal is attached, or an old tmux does not know the word.
  ['', undefined],
])('a tmux that prints "%s" for its terminal means %s', async (printed, reads) => {
  const known = `[ "$*" = "display-message -p -t %3 #{client_utf8}" ] && echo "${printed}"`;
  expect(await tmuxReadsUtf8(paneOf(known))).toBe(reads);
});

test('nothing is known outside of tmux, without the program, and after it fails', async () => {
  const pane = paneOf('echo 0');
  expect(await tmuxReadsUtf8({ ...pane, TMUX: '' })).toBeUndefined();
  expect(await tmuxReadsUtf8({ ...pane, PATH: '/nowhere' })).toBeUndefined();
  expect(await tmuxReadsUtf8(paneOf('echo 0; exit 1'))).toBeUndefined();
});
