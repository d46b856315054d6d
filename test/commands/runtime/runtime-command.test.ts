import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { systemClockMs } from '../../../src/common/time/system-clock.js';
import { MessageType } from '../../../src/protocol/constants.js';
import { writePidFile } from '../../../src/runtime/pid-file.js';
import { daemonHarness } from '../../support/programs/daemon-harness.js';
import { runProgram } from '../../support/programs/daemon-program.js';
import { httpStream, of, rawClient, streamOf } from '../../support/protocol/raw-client.js';
import { HEALTHY, startScriptedDaemon } from '../../support/protocol/scripted-daemon.js';
import { freePort } from '../../support/servers/free-port.js';
import { startUpstream } from '../../support/servers/upstream.js';

const harness = daemonHarness();

interface Outcome {
  code: number | NodeJS.Signals;
  stdout: string;
  stderr: string;
}

async function runtime(...args: string[]): Promise<Outcome> {
  const program = runProgram(harness.programs.cli, ['runtime', ...args], {
    VASTAR_SOCKET_PATH: harness.path,
  });
  const code = await program.ended;
  return { code, stdout: program.stdout(), stderr: program.stderr() };
}

test.concurrent('start, status and stop work together, and may be repeated', async () => {
  expect(await runtime('status')).toEqual({
    code: 3,
    stdout: `no daemon is running at ${harness.path}\n`,
    stderr: '',
  });
  expect(await runtime('start')).toEqual({
    code: 0,
    stdout: `started, listening on ${harness.path}\n`,
    stderr: '',
  });
  expect(await runtime('start')).toEqual({
    code: 0,
    stdout: `a daemon is running already at ${harness.path}\n`,
    stderr: '',
  });

  const { pid } = JSON.parse(readFileSync(`${harness.path}.pid`, 'utf8'));
  const shown = await runtime('status');
  expect(shown.code).toBe(0);
  expect(shown.stdout).toMatch(
    new RegExp(`^daemon 0\\.0\\.0-test at ${harness.path}   running   answers in \\d`),
  );
  expect(shown.stdout).toContain(`process ${pid}   up `);

  expect(await runtime('stop')).toEqual({ code: 0, stdout: `stopped, it was process ${pid}\n`, stderr: '' });
  expect([existsSync(harness.path), existsSync(`${harness.path}.pid`)]).toEqual([false, false]);
  expect(await runtime('stop')).toMatchObject({
    code: 0,
    stdout: `no daemon is running at ${harness.path}\n`,
  });
});

test.concurrent('status shows requests and pools, as text and as JSON', async () => {
  const upstream = await startUpstream({ chunks: ['a'], end: 'hang' });
  await runtime('start');
  const client = await rawClient({ kind: 'unix', path: harness.path });
  client.send(httpStream(1n, { method: 'GET', url: upstream.url }));
  await client.next(of(MessageType.StreamChunk, 1n));

  const table = (await runtime('status')).stdout.trimEnd().split('\n');
  expect(table[1]).toMatch(/requests 0 {3}streams 1$/);
  expect(table.slice(3)).toEqual([
    expect.stringMatching(/^tenant +origin +open {2}busy {2}queued {2}speaks +circuit {2}retries left$/),
    expect.stringMatching(new RegExp(`^test +${upstream.url} +1 +1 +0 {2}http/1.1 {2}closed +3$`)),
    '',
    expect.stringMatching(
      /^tenant +origin +running {2}streams {2}ended {2}failed {2}ttfb p50 {2}p95 {2}p99$/,
    ),
    expect.stringMatching(new RegExp(`^test +${upstream.url} +1 +1 +0 +0$`)),
    '',
    expect.stringMatching(/^tenant +running +of {2}waiting +of {2}refused {2}requests\/s {2}bytes\/s$/),
    expect.stringMatching(/^test +1 {2}8192 +0 {2}8192 +0$/),
  ]);

  const { code, stdout } = await runtime('status', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    running: true,
    address: harness.path,
    healthy: true,
    version: '0.0.0-test',
    active_requests: 1,
    streams_open: 1,
    origins: [
      {
        origin: upstream.url,
        pool_open: 1,
        circuit: 'closed',
        tenants: [{ tenant: 'test', pool_open: 1, protocol: 'http/1.1', circuit: 'closed', streams: 1 }],
      },
    ],
    limits: [{ tenant: 'test', running: 1, waiting: 0, concurrent: 8192, requests_per_second: 0 }],
  });
  await client.close();
  await upstream.close();
});

test.concurrent('status --json without a daemon is JSON, with exit code 3', async () => {
  const { code, stdout } = await runtime('status', '--json');
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toEqual({ running: false, address: harness.path });
});

test.concurrent('stop is graceful: running exchanges finish first', async () => {
  const upstream = await startUpstream({ chunks: ['a', 'b'], gapMs: 500 });
  await runtime('start');
  const client = await rawClient({ kind: 'unix', path: harness.path });
  client.send(httpStream(1n, { method: 'GET', url: upstream.url }));
  await client.next(of(MessageType.StreamChunk, 1n));
  const stopping = runtime('stop');
  expect((await streamOf(client, 1n)).body.toString()).toBe('ab');
  expect((await stopping).code).toBe(0);
  await upstream.close();
});

test.concurrent('a failing start prints the daemon’s error', async () => {
  const outcome = await runtime('start', '--socket', join(harness.folder, 'missing', 'd.sock'));
  expect(outcome.code).toBe(1);
  expect(outcome.stderr).toMatch(
    /^vastar-tui: create .*missing, or choose another path .*\nthe daemon did not start\n$/,
  );
});

test.concurrent('a start with wrong flags or configuration exits with 2, as runtime run does', async () => {
  const outcome = await runtime('start', '--ca', join(harness.folder, 'missing.pem'));
  expect(outcome).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/there is no such file or folder\n/),
  });
});

test.concurrent('a start in the background prints the warnings of the daemon', async () => {
  writeFileSync(join(harness.folder, 'file'), '');
  const outcome = await runtime('start', '--log-file', join(harness.folder, 'file', 'd.log'));
  expect(outcome).toMatchObject({ code: 0, stdout: `started, listening on ${harness.path}\n` });
  expect(outcome.stderr).toMatch(/^vastar-tui: the daemon writes no log: .* cannot be written: .*\n$/);
});

test.concurrent('of several starts at the same time, one starts the daemon', async () => {
  const outcomes = await Promise.all(Array.from({ length: 4 }, () => runtime('start')));
  expect(outcomes.map(({ stdout }) => stdout).toSorted()).toEqual([
    ...Array<string>(3).fill(`a daemon is running already at ${harness.path}\n`),
    `started, listening on ${harness.path}\n`,
  ]);
});

test.concurrent('a pid file that can’t be written leaves no other file', async ({ expect }) => {
  const script = 'ulimit -f 0; exec "$0" "$@"';
  const child = spawn('sh', [
    '-c',
    script,
    process.execPath,
    harness.programs.cli,
    'runtime',
    'run',
    '--socket',
    harness.path,
  ]);
  harness.onEnd(async () => void child.kill('SIGKILL'));
  await expect.poll(async () => (await runtime('status')).code).toBe(0);
  const left = readdirSync(harness.folder).filter((name) => name.includes('.pid'));
  child.kill();
  await once(child, 'exit');
  expect(left).toEqual([]);
});

test.concurrent('--socket before the subcommand is accepted, too', async () => {
  const other = join(harness.folder, 'other.sock');
  const program = runProgram(harness.programs.cli, ['--socket', other, 'runtime', 'status']);
  expect(await program.ended).toBe(3);
  expect(program.stdout()).toBe(`no daemon is running at ${other}\n`);
});

test.concurrent('stop never signals another process whose pid happens to be in the pid file', async () => {
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  harness.onEnd(async () => void stranger.kill('SIGKILL'));
  const claim = { pid: stranger.pid, startedMs: systemClockMs() - 60_000, host: hostname() };

  // No daemon answers, so the file is stale.
  writeFileSync(`${harness.path}.pid`, JSON.stringify(claim));
  expect(await runtime('stop')).toMatchObject({
    code: 0,
    stdout: `no daemon is running at ${harness.path}\n`,
  });

  // A daemon answers, but the file belongs to another daemon.
  await runtime('start');
  writeFileSync(`${harness.path}.pid`, JSON.stringify(claim));
  const outcome = await runtime('stop');
  expect(outcome).toMatchObject({ code: 1, stdout: '' });
  expect(outcome.stderr).toMatch(/no pid file names the process that answers/);

  expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null]);
});

test.concurrent('the process of a daemon is known although its answer takes seconds', async () => {
  const slow = await startScriptedDaemon({ answersHealth: false });
  harness.onEnd(slow.close);
  const startedMs = systemClockMs() - 5000;
  writePidFile(`${slow.path}.pid`, { pid: process.pid, startedMs });
  const status = runProgram(harness.programs.cli, ['runtime', 'status', '--socket', slow.path]);
  const connection = await slow.connection(0);
  // The first check recognises the daemon.
  for (const delayMs of [0, 1500]) {
    await connection.next(MessageType.HealthCheck);
    const uptimeMs = systemClockMs() - startedMs;
    await sleep(delayMs);
    connection.send({ ...HEALTHY, uptimeMs });
  }
  expect(await status.ended).toBe(0);
  expect(status.stdout()).toContain(`process ${process.pid}   up `);
});

test.concurrent('start, status and stop work over TCP', async () => {
  const port = String(await freePort());
  harness.owns(`127.0.0.1:${port}`);
  expect(await runtime('start', '--tcp', port, '--allow-tokenless')).toMatchObject({
    code: 0,
    stdout: `started, listening on 127.0.0.1:${port}\n`,
  });
  expect(await runtime('status', '--tcp', port)).toMatchObject({ code: 0 });
  expect(await runtime('stop', '--tcp', port)).toMatchObject({ code: 0 });
  expect(await runtime('status', '--tcp', port)).toMatchObject({ code: 3 });
});
