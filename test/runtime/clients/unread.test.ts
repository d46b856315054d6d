import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { MessageType } from '../../../src/protocol/constants.js';
import {
  buildDaemonPrograms,
  type DaemonPrograms,
  type RunningProgram,
  runProgram,
} from '../../support/programs/daemon-program.js';
import { watchPeak } from '../../support/programs/peak-memory.js';
import { encodeMessage } from '../../support/protocol/encode-message.js';
import { httpRequest, jsonOf, of, type RawClient, rawClient } from '../../support/protocol/raw-client.js';
import { folderForTest } from '../../support/run/temporary-folder.js';
import { startUpstream, type Upstream } from '../../support/servers/upstream.js';

const MIB = 1024 * 1024;
const BODY = Buffer.alloc(3 * MIB, 'x');
/** The memory that the daemon itself needs, plus the limits of one connection. */
const MOST_BYTES = 250 * MIB;

let programs: DaemonPrograms;
let folder: string;
let daemon: RunningProgram;
let client: RawClient;
let upstream: Upstream;
let begun = 0;
let peak: ReturnType<typeof watchPeak>;

beforeAll(async () => {
  programs = await buildDaemonPrograms();
});
beforeEach(async () => {
  folder = folderForTest();
  const path = join(folder, 'd.sock');
  daemon = runProgram(programs.daemon, ['--socket', path]);
  await daemon.untilStderr(/listening on/);
  peak = watchPeak(daemon.process.pid ?? 0);
  client = await rawClient({ kind: 'unix', path });
  begun = 0;
  upstream = await startUpstream((request, response) => {
    begun += 1;
    response.end(request.path === '/small' ? 'small' : BODY);
  });
});
afterEach(async () => {
  await client.close();
  daemon.process.kill();
  await daemon.ended;
  await upstream.close();
});

/** Returns the daemon's peak memory, once its figures have not changed for a while. */
async function peakBytes(): Promise<number> {
  let before = { mib: 0, begun };
  for (let same = 0; same < 5; same += 1) {
    await sleep(150);
    const now = { mib: peak.mib(), begun };
    if (now.mib > before.mib + 1 || now.begun !== before.begun) same = 0;
    before = now;
  }
  return before.mib * MIB;
}

test('buffered answers to a client that does not read cost bounded memory, and all arrive once it reads', async () => {
  const requests = 90;
  client.socket.pause();
  const frames = Array.from({ length: requests }, (_, id) =>
    encodeMessage(httpRequest(BigInt(id + 1), { method: 'GET', url: upstream.url })),
  );
  client.write(Buffer.concat(frames));
  await expect.poll(() => begun).toBeGreaterThan(10);
  expect(await peakBytes()).toBeLessThan(MOST_BYTES);
  let whole = 0;
  client.socket.resume();
  for (let id = 1; id <= requests; id += 1) {
    const answer = await client.next(of(MessageType.ExecuteResponse, BigInt(id)));
    if (jsonOf(answer).body.length === BODY.length) whole += 1;
    answer.payload = new Uint8Array(0);
  }
  expect(whole).toBe(requests);
});

test('a flood of health checks from a client that does not read costs bounded memory, and each gets its answer', async () => {
  // Each health response lists all tenants.
  const tenants = 40;
  for (let id = 1n; id <= tenants; id += 1n) {
    client.send(
      httpRequest(id, { method: 'GET', url: `${upstream.url}/small` }, { tenantId: `tenant ${id}` }),
    );
    await client.next(of(MessageType.ExecuteResponse, id));
  }
  client.socket.pause();
  const check = encodeMessage({ type: MessageType.HealthCheck });
  const checks = 1500;
  client.write(Buffer.concat(Array<Buffer>(checks).fill(check)));
  const other = await rawClient({ kind: 'unix', path: join(folder, 'd.sock') });
  other.send({ type: MessageType.HealthCheck });
  expect(await other.next(of(MessageType.HealthResponse))).toMatchObject({ healthy: true });
  await other.close();
  expect(await peakBytes()).toBeLessThan(MOST_BYTES);
  client.socket.resume();
  await client.next((message) => message === client.received[tenants + checks - 1]);
  expect(client.received.filter(of(MessageType.HealthResponse))).toHaveLength(checks);
});
