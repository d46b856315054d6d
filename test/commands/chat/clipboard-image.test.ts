import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clipboardImage } from '../../../src/commands/chat/clipboard-image.js';
import { folderForTest } from '../../support/run/temporary-folder.js';

const PNG = Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1');

/** Makes a folder with these shell scripts the whole PATH. */
function programs(scripts: Record<string, string>, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const dir = folderForTest();
  writeFileSync(join(dir, 'image'), PNG);
  writeFileSync(join(dir, 'image.txt'), PNG.toString('base64'));
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(dir, name), `#!/bin/sh\nD=${dir}\n${script}\n`);
    chmodSync(join(dir, name), 0o755);
  }
  return { PATH: dir, ...env };
}
const CAT = '/bin/cat';
const attached = {
  ok: true,
  content: {
    name: 'clipboard',
    type: 'image/png',
    size: PNG.length,
    data: PNG.toString('base64'),
    url: null,
  },
};
const WL_PASTE = `case "$1" in --list-types) echo text/plain; echo image/png;; *) [ "$3" = image/png ] && ${CAT} $D/image;; esac`;

test('the image comes from wl-paste on Wayland', async () => {
  const env = programs({ 'wl-paste': WL_PASTE }, { WAYLAND_DISPLAY: 'wayland-0' });
  expect(await clipboardImage(env)).toEqual(attached);
});

test('the image comes from xclip on X11', async () => {
  const xclip = `case "$*" in *TARGETS*) echo TARGETS; echo image/png;; *image/png*) ${CAT} $D/image;; *) exit 1;; esac`;
  expect(await clipboardImage(programs({ xclip }, { DISPLAY: ':0' }))).toEqual(attached);
});

test('the Windows clipboard has priority under WSL', async () => {
  const env = programs(
    { 'powershell.exe': `${CAT} $D/image.txt`, 'wl-paste': 'exit 1' },
    { WSL_DISTRO_NAME: 'Ubuntu', WAYLAND_DISPLAY: 'wayland-0' },
  );
  expect(await clipboardImage(env)).toEqual(attached);
});

test('the next clipboard is tried when the first has no image', async () => {
  const env = programs(
    { 'powershell.exe': 'true', 'wl-paste': WL_PASTE },
    { WSL_DISTRO_NAME: 'Ubuntu', WAYLAND_DISPLAY: 'wayland-0' },
  );
  expect(await clipboardImage(env)).toEqual(attached);
});

test.each([
  ['has text', { 'wl-paste': 'echo text/plain' }, /has no image that can be sent, but text\/plain/],
  ['is empty', { 'wl-paste': 'echo "Nothing is copied" >&2; exit 1' }, /has no image that can be sent/],
  ['has a broken image', { 'wl-paste': 'echo image/png' }, /is not a PNG, JPEG, GIF or WebP image/],
  ['cannot be read', {}, /wl-paste is not installed/],
])('an error names a clipboard that %s', async (_what, scripts, reason) => {
  const result = await clipboardImage(programs(scripts, { WAYLAND_DISPLAY: 'wayland-0' }));
  expect(result).toEqual({ ok: false, problem: expect.stringMatching(reason) });
});

test.skipIf(process.platform === 'darwin')(
  'the error without a display says that there is no clipboard',
  async () => {
    expect(await clipboardImage({ PATH: '/nowhere' })).toEqual({
      ok: false,
      problem: expect.stringContaining('/attach FILE'),
    });
  },
);
