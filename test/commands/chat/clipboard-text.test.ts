import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { copyToDesktop } from '../../../src/commands/chat/clipboard-text.js';
import { until } from '../../support/programs/program.js';
import { folderForTest } from '../../support/run/temporary-folder.js';

/** Makes one folder the whole PATH. Each program in it writes its stdin to a file of the program's name. */
function programs(names: readonly string[]): { dir: string; pasted: (name: string) => string | undefined } {
  const dir = folderForTest();
  for (const name of names) {
    writeFileSync(
      join(dir, name),
      `#!/bin/sh\n/bin/cat > ${dir}/new; /bin/mv ${dir}/new ${dir}/${name}.text\n`,
    );
    chmodSync(join(dir, name), 0o755);
  }
  const pasted = (name: string): string | undefined => {
    const file = join(dir, `${name}.text`);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  };
  return { dir, pasted };
}

test.each([
  ['wl-copy', { WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':0' }],
  ['xclip', { DISPLAY: ':0' }],
  ['clip.exe', { WSL_DISTRO_NAME: 'Ubuntu', WAYLAND_DISPLAY: 'wayland-0' }],
])('%s receives the text when it is the desktop’s program', async (name, env) => {
  const { dir, pasted } = programs([name]);
  copyToDesktop('größer\nals 日本', { PATH: dir, ...env });
  await until(async () => pasted(name) !== undefined);
  expect(pasted(name)).toBe('größer\nals 日本');
});

test('the next program is tried when one is not installed', async () => {
  const { dir, pasted } = programs(['xsel']);
  copyToDesktop('text', { PATH: dir, WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':0' });
  await until(async () => pasted('xsel') !== undefined);
});

test('no program starts over SSH or without a desktop', async () => {
  const { dir, pasted } = programs(['xclip']);
  copyToDesktop('text', { PATH: dir, DISPLAY: ':0', SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' });
  copyToDesktop('text', { PATH: dir });
  await sleep(200);
  expect(pasted('xclip')).toBeUndefined();
});
