import { chmod, chown, mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { checkTrust, describeEndpoint, resolveEndpoint } from '../../../src/sdk/daemon/endpoint.js';
import { folderForTest } from '../../support/run/temporary-folder.js';

describe('the daemon’s address', () => {
  test('the configuration wins over the environment, which wins over the defaults', () => {
    expect(resolveEndpoint({}, {})).toEqual({ kind: 'unix', path: '/tmp/vastar-connector-runtime.sock' });
    expect(resolveEndpoint({}, { VASTAR_SOCKET_PATH: '/run/a' })).toEqual({ kind: 'unix', path: '/run/a' });
    expect(resolveEndpoint({ socketPath: '/run/b' }, { VASTAR_SOCKET_PATH: '/run/a' })).toEqual({
      kind: 'unix',
      path: '/run/b',
    });
  });

  test('TCP when requested', () => {
    expect(resolveEndpoint({ useTcp: true }, {})).toEqual({ kind: 'tcp', host: '127.0.0.1', port: 5000 });
    const env = { VASTAR_USE_TCP: 'true', VASTAR_TCP_HOST: 'box', VASTAR_TCP_PORT: '77' };
    expect(resolveEndpoint({}, env)).toEqual({ kind: 'tcp', host: 'box', port: 77 });
    expect(resolveEndpoint({ tcpPort: 78 }, env)).toMatchObject({ port: 78 });
    expect(resolveEndpoint({ useTcp: false }, env).kind).toBe('unix');
    expect(resolveEndpoint({}, { VASTAR_USE_TCP: '1' }).kind).toBe('unix');
    expect(describeEndpoint({ kind: 'tcp', host: 'box', port: 77 })).toBe('box:77');
  });

  test.each(['abc', '', '0', '65536', '-1', '1.5'])('port "%s" is refused', (VASTAR_TCP_PORT) => {
    expect(() => resolveEndpoint({ useTcp: true }, { VASTAR_TCP_PORT })).toThrow('from 1 to 65535');
  });

  test('a path that is too long for a socket is refused, with its length', () => {
    expect(() => resolveEndpoint({ socketPath: `/${'x'.repeat(107)}` }, {})).toThrow('this one has 108');
    expect(() => resolveEndpoint({ socketPath: '' }, {})).toThrow('1 to 107 bytes');
  });
});

describe('a socket is checked before anything is sent there', () => {
  let folder: string;
  let path: string;
  let server: Server;

  beforeEach(async () => {
    folder = folderForTest();
    path = join(folder, 's');
    server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
  });
  afterEach(async () => {
    server.close();
  });

  const refusal = (problem: string): object => ({
    errorClass: ErrorClass.Permanent,
    hop: 'daemon',
    message: expect.stringContaining(problem),
  });

  test('a socket of this user is trusted, even if other users can connect to it', async () => {
    for (const mode of [0o600, 0o755, 0o777]) {
      await chmod(path, mode);
      await expect(checkTrust(path)).resolves.toBeUndefined();
    }
  });

  test('a missing socket: the error says how to start a daemon', async () => {
    await expect(checkTrust(join(folder, 'none'))).rejects.toMatchObject({
      errorClass: ErrorClass.Transient,
      message: `no daemon at ${join(folder, 'none')}: start one with \`vastar-tui runtime start\``,
    });
  });

  test('a symbolic link is refused', async () => {
    const link = join(folder, 'link');
    await symlink(path, link);
    await expect(checkTrust(link)).rejects.toMatchObject(
      refusal('give the path of the socket itself: the daemon'),
    );
  });

  test('a file that is not a socket is refused', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(checkTrust(file)).rejects.toMatchObject(
      refusal('remove the file, or give another path: the daemon'),
    );
  });

  test('a folder where other users can replace files is refused, unless it is sticky like /tmp', async () => {
    for (const mode of [0o777, 0o770]) {
      await chmod(folder, mode);
      await expect(checkTrust(path)).rejects.toMatchObject(refusal('other users can replace files'));
    }
    await chmod(folder, 0o1777);
    await expect(checkTrust(path)).resolves.toBeUndefined();
  });

  // Only root can change a file's owner; other users have no foreign socket to test with.
  const asRoot = process.getuid?.() === 0;
  test.runIf(asRoot)("another user's socket or folder is refused", async () => {
    await chown(path, 12_345, 0);
    await expect(checkTrust(path)).rejects.toMatchObject(refusal('belongs to user 12345'));
    await chown(path, 0, 0);
    await chown(folder, 12_345, 0);
    await expect(checkTrust(path)).rejects.toMatchObject(refusal('other users can replace files'));
  });

  test('a path through a file means that no daemon is there', async () => {
    await mkdir(join(folder, 'd'));
    await writeFile(join(folder, 'd', 'f'), '');
    await expect(checkTrust(join(folder, 'd', 'f', 's'))).rejects.toMatchObject({
      errorClass: ErrorClass.Transient,
    });
  });
});
