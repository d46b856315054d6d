import { chmod, link, lstat, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimSocketFile } from '../../../src/runtime/clients/socket-file.js';
import { folderForTest } from '../../support/run/temporary-folder.js';

let folder: string;
const servers: Server[] = [];

beforeEach(() => {
  folder = folderForTest();
});
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
});

function server(): Server {
  const made = createServer((socket) => socket.end());
  servers.push(made);
  return made;
}

/** Leaves a stale socket file, like a killed daemon does. */
async function leaveStale(path: string): Promise<void> {
  const dead = createServer();
  const elsewhere = join(folder, 'dead.sock');
  await new Promise<void>((resolve) => dead.listen(elsewhere, resolve));
  await link(elsewhere, path);
  await new Promise((resolve) => dead.close(resolve));
}

test('a claimed socket has mode 0600 with any umask, and no other file stays in the directory', async () => {
  const path = join(folder, 'd.sock');
  await claimSocketFile(server(), path);
  const found = await lstat(path);
  expect(found.isSocket()).toBe(true);
  expect(found.mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['d.sock']);
});

test('a stale socket is replaced', async () => {
  const path = join(folder, 'd.sock');
  await leaveStale(path);
  const { ino } = await lstat(path);
  await claimSocketFile(server(), path);
  expect((await lstat(path)).ino).not.toBe(ino);
  expect(await readdir(folder)).toEqual(['d.sock']);
});

test('a socket with a listening process is never replaced', async () => {
  const path = join(folder, 'd.sock');
  await claimSocketFile(server(), path);
  const { ino } = await lstat(path);
  await expect(claimSocketFile(server(), path)).rejects.toMatchObject({
    name: 'ListenError',
    reason: 'in-use',
    message: `a daemon is running already at ${path}`,
  });
  expect((await lstat(path)).ino).toBe(ino);
});

test.each([
  ['nothing', false],
  ['a stale socket', true],
])('one of fifty simultaneous claims over %s wins', async (_what, stale) => {
  const path = join(folder, 'd.sock');
  if (stale) await leaveStale(path);
  const claims = await Promise.allSettled(Array.from({ length: 50 }, () => claimSocketFile(server(), path)));
  expect(claims.filter((claim) => claim.status === 'fulfilled')).toHaveLength(1);
  for (const claim of claims) {
    if (claim.status === 'rejected') expect(claim.reason).toMatchObject({ reason: 'in-use' });
  }
  expect(await readdir(folder)).toEqual(['d.sock']);
});

test('the lock of a process that died while claiming does not block later claims', async () => {
  const path = join(folder, 'd.sock');
  await leaveStale(path);
  await leaveStale(`${path}.lock`);
  await claimSocketFile(server(), path);
  expect(await readdir(folder)).toEqual(['d.sock']);
});

test('a stale socket is left unchanged while another process holds the lock', async () => {
  const path = join(folder, 'd.sock');
  await leaveStale(path);
  // The lock of a running process.
  await claimSocketFile(server(), `${path}.lock`);
  const claim = claimSocketFile(server(), path);
  const { ino } = await lstat(path);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await lstat(path)).ino).toBe(ino);
  await rm(`${path}.lock`);
  await claim;
  expect((await lstat(path)).ino).not.toBe(ino);
});

test('release removes the socket, but not a socket that replaced it', async () => {
  const path = join(folder, 'd.sock');
  const first = await claimSocketFile(server(), path);
  await first.release();
  await expect(lstat(path)).rejects.toThrow(/ENOENT/);
  await claimSocketFile(server(), path);
  await first.release();
  expect((await lstat(path)).isSocket()).toBe(true);
});

test('a file that is not a socket is kept', async () => {
  const path = join(folder, 'notes.txt');
  await writeFile(path, 'precious');
  await expect(claimSocketFile(server(), path)).rejects.toThrow(/it is not a socket/);
});

test('another user’s file is kept', async () => {
  const path = join(folder, 'd.sock');
  await claimSocketFile(server(), path);
  await chmod(folder, 0o1777);
  // Pass another uid, for which the file is foreign: root's own directories may contain other users' files.
  const stranger = (process.getuid?.() ?? 0) + 1;
  await expect(claimSocketFile(server(), path, stranger)).rejects.toThrow(
    process.getuid?.() === 0 ? /belongs to another user \(uid 0\)/ : /other users can replace files/,
  );
});

test('a socket path is refused where other users can replace files, unless the directory has the sticky bit', async () => {
  const shared = join(folder, 'shared');
  await mkdir(shared);
  await chmod(shared, 0o777);
  await expect(claimSocketFile(server(), join(shared, 'd.sock'))).rejects.toThrow(
    /other users can replace files in/,
  );
  await chmod(shared, 0o1777);
  await claimSocketFile(server(), join(shared, 'd.sock'));
});

test('a missing directory, or a path in a file, is an error', async () => {
  await expect(claimSocketFile(server(), join(folder, 'no', 'd.sock'))).rejects.toThrow(
    `create ${join(folder, 'no')}, or choose another path with --socket: the folder does not exist`,
  );
  await writeFile(join(folder, 'file'), '');
  await expect(claimSocketFile(server(), join(folder, 'file', 'd.sock'))).rejects.toThrow(
    /is not a directory/,
  );
});

test('the error for a path that is too long for a socket says by how many bytes', async () => {
  const path = join(folder, 'x'.repeat(110 - folder.length));
  expect(path).toHaveLength(111);
  await expect(claimSocketFile(server(), path)).rejects.toThrow(/too long by (4|8) bytes/);
  const longest = path.slice(0, process.platform === 'linux' ? 107 : 103);
  await claimSocketFile(server(), longest);
});
