import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { withLongEnough } from '../../support/clocks/long-enough.js';
import { PATIENCE_MS } from '../../support/clocks/patience.js';
import {
  buildDaemonPrograms,
  type DaemonPrograms,
  type RunningProgram,
  runProgram,
} from '../../support/programs/daemon-program.js';
import { watchPeak } from '../../support/programs/peak-memory.js';
import { httpStream, rawClient, streamOf } from '../../support/protocol/raw-client.js';
import { FLAG, FRAME, h2Frame, STATUS_200, startRawH2 } from '../../support/servers/raw-h2.js';
import { LIMITS_MS } from './attack.js';
import { OVER_HTTP1 } from './h1-attacks.js';
import { OVER_HTTP2 } from './h2-attacks.js';

const root = join(import.meta.dirname, '..', '..', '..');
/** The daemon's memory limit during attacks. Without load it needs about 80. */
const MOST_MIB = 320;

let programs: DaemonPrograms;
let folder: string;
let daemon: RunningProgram;

beforeAll(async () => {
  programs = await buildDaemonPrograms();
  folder = mkdtempSync(join(tmpdir(), 'vt-hostile-'));
  const ca = join(root, 'test', 'fixtures', 'tls', 'ca.cert.pem');
  const flags = ['--socket', join(folder, 'd.sock'), '--log-file', join(folder, 'log'), '--ca', ca];
  daemon = runProgram(programs.daemon, [...flags, '--max-attempts', '1']);
  await daemon.untilStderr(/listening on/);
});
afterAll(async () => {
  daemon.process.kill();
  expect(await daemon.ended).toBe(0);
  // No attack has triggered a bug in the daemon.
  expect(readFileSync(join(folder, 'log'), 'utf8')).not.toMatch(/"level":"error"/);
  rmSync(folder, { recursive: true, force: true });
});

/**
 * Sends a request with time limits: short ones if a limit must end it, and long ones if the provider's bytes must.
 * Resolves to the answer's end and the daemon's peak memory.
 */
const attack = (url: string, expected: ErrorClass, says: RegExp) =>
  expected === ErrorClass.Timeout
    ? withLongEnough(
        (limitMs) => attackFor(url, limitMs),
        ({ end }) => says.test(end.errorMessage),
        LIMITS_MS,
      )
    : attackFor(url, PATIENCE_MS);

async function attackFor(url: string, limitMs: number) {
  const peak = watchPeak(daemon.process.pid ?? 0);
  const client = await rawClient({ kind: 'unix', path: join(folder, 'd.sock') });
  const policy = { headersTimeoutMs: limitMs, idleTimeoutMs: limitMs };
  client.send(httpStream(1n, { method: 'GET', url }, { policy }));
  const { body, end } = await streamOf(client, 1n);
  const mib = peak.mib();
  await client.close();
  return { body: body.toString(), end, mib };
}

describe.each(OVER_HTTP1)('a provider that sends $name', ({ serve, says, errorClass }) => {
  test('costs bounded memory, and its error says what it did', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {}).resume();
      socket.once('data', () => serve(socket, 0));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { end, mib } = await attack(`http://127.0.0.1:${port}/`, errorClass, says);
    server.close();
    expect(end.errorMessage).toMatch(says);
    expect(end.errorClass).toBe(errorClass);
    expect(mib).toBeLessThan(MOST_MIB);
  });
});

describe.each(OVER_HTTP2)('a provider of HTTP/2 that sends $name', ({ serve, says, errorClass }) => {
  test('costs bounded memory, and its error says what it did', async () => {
    const server = await startRawH2(serve);
    const { end, mib } = await attack(server.url, errorClass, says);
    await server.close();
    expect(end.errorMessage).toMatch(says);
    expect(end.errorClass).toBe(errorClass);
    expect(mib).toBeLessThan(MOST_MIB);
  });
});

test('after all attacks the daemon serves other requests', async () => {
  const server = await startRawH2((socket, stream) => {
    socket.write(h2Frame(FRAME.headers, FLAG.endHeaders, stream, STATUS_200));
    socket.write(h2Frame(FRAME.data, FLAG.endStream, stream, Buffer.from('there')));
  });
  const { body, end } = await attackFor(server.url, PATIENCE_MS);
  expect([body, end.errorClass]).toEqual(['there', ErrorClass.Success]);
  await server.close();
});
