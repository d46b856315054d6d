import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { MessageType } from '../../../src/protocol/constants.js';
import { buildDaemonPrograms, type DaemonPrograms } from '../../support/programs/daemon-program.js';
import { httpStream, of, rawClient, streamOf } from '../../support/protocol/raw-client.js';
import { folderForFile } from '../../support/run/temporary-folder.js';

let programs: DaemonPrograms;
const folder = folderForFile();
beforeAll(async () => {
  programs = await buildDaemonPrograms();
});

/** CPU time of a process in ms (clock ticks of 10 ms). */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function cpuMsWithin(pid: number, ms: number): Promise<number> {
  const before = cpuMs(pid);
  await sleep(ms);
  return cpuMs(pid) - before;
}

test.runIf(process.platform === 'linux')(
  'a daemon without free file descriptors uses no CPU, serves connected clients, and recovers',
  async () => {
    const path = join(folder, 'd.sock');
    // `exec`, so that the child is the daemon itself.
    const command = 'ulimit -n 64; exec "$0" "$@"';
    const child = spawn('sh', ['-c', command, process.execPath, programs.daemon, '--socket', path], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await new Promise((resolve) => child.stderr.once('data', resolve));
    const client = await rawClient({ kind: 'unix', path });
    const crowd: Socket[] = Array.from({ length: 100 }, () => connect(path).on('error', () => {}));
    // The daemon may still have work after all clients have connected. A daemon that tries to accept endlessly would
    // never become idle.
    await expect.poll(() => cpuMsWithin(child.pid ?? 0, 500)).toBeLessThan(100);
    client.send({ type: MessageType.HealthCheck });
    expect(await client.next(of(MessageType.HealthResponse))).toMatchObject({ healthy: true });

    const ask = async (requestId: bigint): Promise<string> => {
      const request = { method: 'GET', url: 'http://192.0.2.1:9/' };
      client.send(httpStream(requestId, request, { policy: { maxAttempts: 1 } }));
      return (await streamOf(client, requestId)).end.errorMessage;
    };
    // The provider is not the cause, so its circuit stays closed. A connection may close at any time, so one request may
    // get a descriptor.
    const failures: string[] = [];
    for (let id = 1n; id <= 12n; id += 1n) failures.push(await ask(id));
    expect(failures.filter((message) => message.includes('EMFILE')).length).toBeGreaterThan(5);
    expect(failures.filter((message) => message.includes('circuit'))).toEqual([]);

    for (const socket of crowd) socket.destroy();
    await expect
      .poll(async () => {
        const late = await rawClient({ kind: 'unix', path });
        late.send({ type: MessageType.HealthCheck });
        const answered = await late.next(of(MessageType.HealthResponse)).catch(() => undefined);
        await late.close();
        return answered?.healthy;
      })
      .toBe(true);
    await client.close();
    child.kill();
    await new Promise((resolve) => child.once('close', resolve));
  },
);
