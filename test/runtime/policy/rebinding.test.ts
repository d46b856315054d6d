import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { buildDaemonPrograms, type DaemonPrograms } from '../../support/programs/daemon-program.js';
import { httpStream, type RawClient, rawClient, streamOf } from '../../support/protocol/raw-client.js';
import { folderForFile } from '../../support/run/temporary-folder.js';
import { startUpstream, type Upstream } from '../../support/servers/upstream.js';
import { REBOUND } from './address-cases.js';

/** An address of this machine other than loopback: the rules treat it like another machine. */
const OUTSIDE = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

/** Whether a process may have a hosts file of its own here: Linux, as root. */
function canBind(): boolean {
  try {
    execFileSync('unshare', ['-m', 'mount', '--bind', '/etc/hosts', '/etc/hosts'], { stdio: 'ignore' });
    return OUTSIDE !== undefined;
  } catch {
    return false;
  }
}

// The system resolves names, so only a hosts file can control the addresses that the daemon gets.
describe.skipIf(!canBind())('a name whose addresses change (needs root, and a network)', () => {
  const folder = folderForFile();
  const hosts = join(folder, 'hosts');
  const path = join(folder, 'd.sock');
  const resolve = (...addresses: string[]): void =>
    writeFileSync(hosts, addresses.map((address) => `${address} rebind.example\n`).join(''));
  const closing: Array<() => Promise<unknown>> = [];
  let programs: DaemonPrograms;
  let upstream: Upstream;
  let asking: RawClient;

  beforeAll(async () => {
    programs = await buildDaemonPrograms();
    resolve('127.0.0.1');
    const script = 'mount --bind "$0" /etc/hosts && exec "$@"';
    const flags = [programs.daemon, '--socket', path, '--loopback', 'deny', '--max-attempts', '1'];
    const child = spawn('unshare', ['-m', 'sh', '-c', script, hosts, process.execPath, ...flags]);
    const ended = new Promise((done) => child.once('close', done));
    await new Promise<void>((done, fail) => {
      child.stderr.on('data', (text) => (/listening on/.test(String(text)) ? done() : fail(new Error(text))));
    });
    asking = await rawClient({ kind: 'unix', path });
    closing.push(async () => {
      await asking.close();
      child.kill();
      await ended;
    });
    // Each request has its own connection, so each one resolves the name.
    upstream = await startUpstream(
      (_request, response) => {
        response.writeHead(200, { connection: 'close' }).end('there');
      },
      0,
      '0.0.0.0',
    );
    closing.push(upstream.close);
  });
  afterAll(async () => {
    for (const close of closing) await close();
  });
  afterEach(() => resolve('127.0.0.1'));

  let lastId = 0n;
  const ask = () => {
    lastId += 1n;
    asking.send(httpStream(lastId, { method: 'GET', url: `http://rebind.example:${upstream.port}/` }));
    return streamOf(asking, lastId);
  };

  test.each(REBOUND)(
    'is refused once it resolves to %s, although earlier addresses were allowed',
    async (address, why) => {
      resolve(OUTSIDE ?? '');
      expect((await ask()).body.toString()).toBe('there');
      const before = upstream.connections();
      resolve(address);
      const { end } = await ask();
      expect(end.errorClass).toBe(ErrorClass.Permanent);
      expect(end.errorMessage).toMatch(why);
      expect(upstream.connections()).toBe(before);
    },
  );

  test('is requested only at its permitted addresses if it has several', async () => {
    resolve('169.254.169.254', OUTSIDE ?? '', '127.0.0.1');
    expect((await ask()).body.toString()).toBe('there');
  });
});
