import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeFolder, userFolders } from '../../../src/common/program/user-folders.js';
import { folderForTest } from '../../support/run/temporary-folder.js';

let folder: string;
beforeEach(() => {
  folder = folderForTest();
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const linux = process.platform === 'linux';

test.runIf(linux)('the XDG variables set the folders; without them, the folders are under HOME', () => {
  vi.stubEnv('HOME', '/home/someone');
  expect(userFolders({ XDG_DATA_HOME: '/data' })).toEqual({
    config: '/home/someone/.config/vastar-tui',
    data: '/data/vastar-tui',
    cache: '/home/someone/.cache/vastar-tui',
    log: '/home/someone/.local/state/vastar-tui',
  });
});

test.runIf(linux)(
  'a relative path in a variable is ignored, so that nothing is saved in the current folder',
  () => {
    vi.stubEnv('HOME', '/home/someone');
    expect(userFolders({ XDG_CONFIG_HOME: 'here', XDG_STATE_HOME: '' })).toMatchObject({
      config: '/home/someone/.config/vastar-tui',
      log: '/home/someone/.local/state/vastar-tui',
    });
  },
);

test.each(['', 'relative'])('with HOME=%j the folders are still absolute', (home) => {
  vi.stubEnv('HOME', home);
  for (const path of Object.values(userFolders({}))) expect(path).toMatch(/^\//);
});

test('folders are created with their parents, only for their owner', () => {
  const inner = join(folder, 'a', 'b');
  makeFolder(inner);
  makeFolder(inner);
  expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700);
  expect(statSync(inner).mode & 0o777).toBe(0o700);
});

test.runIf(existsSync('/proc/self'))(
  'a file system that refuses new folders causes an error, not an endless loop',
  () => {
    expect(() => makeFolder('/proc/none/of/these')).toThrow('ENOENT');
  },
);
