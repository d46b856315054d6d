import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { MessageType } from '../../../src/protocol/constants.js';
import { daemonHarness } from '../../support/programs/daemon-harness.js';
import {
  httpRequest,
  httpStream,
  of,
  type RawClient,
  rawClient,
  streamOf,
} from '../../support/protocol/raw-client.js';
import { startUpstream } from '../../support/servers/upstream.js';

const harness = daemonHarness();
const daemon = (...args: string[]) => harness.daemon(args);
const start = (...args: string[]) => harness.start(args);

async function client(): Promise<RawClient> {
  const connected = await harness.connect();
  connected.send({ type: MessageType.HealthCheck });
  await connected.next(of(MessageType.HealthResponse));
  return connected;
}

test.concurrent('the daemon prints where it listens in one line on stderr, and nothing on stdout', async () => {
  const program = await daemon();
  program.process.kill('SIGTERM');
  expect(await program.ended).toBe(0);
  expect(program.stderr()).toBe(`listening on ${harness.path}\n`);
  expect(program.stdout()).toBe('');
});

test.concurrent.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'on %s running exchanges finish, and no file is left',
  async (signal) => {
    const upstream = await startUpstream({ chunks: ['a', 'b'], gapMs: 100 });
    harness.onEnd(upstream.close);
    const program = await daemon();
    expect(existsSync(`${harness.path}.pid`)).toBe(true);
    const asking = await client();
    asking.send(httpStream(1n, { method: 'GET', url: upstream.url }));
    await asking.next(of(MessageType.StreamChunk, 1n));
    program.process.kill(signal);
    expect((await streamOf(asking, 1n)).body.toString()).toBe('ab');
    expect(await program.ended).toBe(0);
    expect([existsSync(harness.path), existsSync(`${harness.path}.pid`)]).toEqual([false, false]);
  },
);

test.concurrent('a second signal ends the wait for exchanges, with typed errors', async ({ expect }) => {
  const upstream = await startUpstream({ chunks: ['a'], end: 'hang' });
  harness.onEnd(upstream.close);
  const program = await daemon('--drain', '60');
  const asking = await client();
  asking.send(httpStream(1n, { method: 'GET', url: upstream.url }));
  await asking.next(of(MessageType.StreamChunk, 1n));
  program.process.kill('SIGTERM');
  await expect.poll(() => existsSync(harness.path)).toBe(false);
  program.process.kill('SIGTERM');
  expect(await program.ended).toBe(0);
  expect((await streamOf(asking, 1n)).end.errorClass).toBe(ErrorClass.Transient);
});

test.concurrent('with --exit-with-stdin it ends when stdin closes and no client is connected', async () => {
  const program = await daemon('--exit-with-stdin');
  program.process.stdin?.end();
  expect(await program.ended).toBe(0);
  expect(existsSync(harness.path)).toBe(false);
});

test.concurrent('with --exit-with-stdin it stays while another client is connected', async ({ expect }) => {
  const program = await daemon('--exit-with-stdin');
  const other = await client();
  program.process.stdin?.end();
  // Long enough that a daemon that ends too early would have ended.
  expect(
    await Promise.race([program.ended, new Promise((resolve) => setTimeout(resolve, 200))]),
  ).toBeUndefined();
  other.send({ type: MessageType.HealthCheck });
  await expect.poll(() => other.received.filter(of(MessageType.HealthResponse)).length).toBe(2);
  await other.close();
  expect(await program.ended).toBe(0);
});

test.concurrent('with --exit-with-stdin it ends when its parent is killed', async ({ expect }) => {
  const parent = spawn(
    process.execPath,
    [
      '-e',
      `const child = require('node:child_process').spawn(process.execPath, ${JSON.stringify([harness.programs.daemon, '--socket', harness.path, '--exit-with-stdin'])}, { stdio: ['pipe', 'ignore', 'pipe'], detached: true });
       child.stderr.on('data', () => process.stdout.write('up'));
       setInterval(() => {}, 1000);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(parent.stdout, 'data');
  const asking = await client();
  parent.kill('SIGKILL');
  await asking.close();
  await expect.poll(() => existsSync(harness.path)).toBe(false);
});

test.concurrent('the next daemon replaces the stale socket of a killed one', async () => {
  const first = await daemon();
  first.process.kill('SIGKILL');
  await first.ended;
  expect(existsSync(harness.path)).toBe(true);
  await daemon();
  await client();
});

// Alone, because it takes all the processor time.
test('of twenty simultaneous starts over a stale socket, one daemon starts, and the others report that it runs', async () => {
  const first = await daemon();
  first.process.kill('SIGKILL');
  await first.ended;
  const starts = Array.from({ length: 20 }, () => start('--socket', harness.path));
  const outcomes = await Promise.all(
    starts.map((program) =>
      Promise.race([program.ended, program.untilStderr(/listening on/).then(() => 'up' as const)]),
    ),
  );
  expect(outcomes.filter((outcome) => outcome === 'up')).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome === 69)).toHaveLength(19);
  for (const [index, program] of starts.entries()) {
    if (outcomes[index] === 69) expect(program.stderr()).toMatch(/a daemon is running already at/);
  }
  await client();
});

test.concurrent('another start does not disturb a running daemon', async ({ expect }) => {
  await daemon();
  const asking = await client();
  const second = start('--socket', harness.path);
  expect(await second.ended).toBe(69);
  asking.send({ type: MessageType.HealthCheck });
  await expect.poll(() => asking.received.filter(of(MessageType.HealthResponse)).length).toBe(2);
  expect(existsSync(`${harness.path}.pid`)).toBe(true);
});

test.concurrent('over TCP it listens on this machine only', async () => {
  const program = start('--tcp', '0', '--allow-tokenless');
  await program.untilStderr(/listening on 127\.0\.0\.1:\d+/);
  const port = Number(/:(\d+)/.exec(program.stderr())?.[1]);
  const asking = await rawClient({ kind: 'tcp', host: '127.0.0.1', port });
  harness.onEnd(asking.close);
  asking.send({ type: MessageType.HealthCheck });
  await asking.next(of(MessageType.HealthResponse));
  const second = start('--tcp', String(port), '--allow-tokenless');
  expect(await second.ended).toBe(69);
  expect(second.stderr()).toMatch(/choose another port with --tcp: port \d+ of 127\.0\.0\.1 is in use/);
  program.process.kill('SIGTERM');
  expect(await program.ended).toBe(0);
});

test.concurrent('the daemon names the cause of its error, and exits with 2 for wrong arguments', async () => {
  // Exit code 2 for wrong arguments, 1 for other failures.
  const refusals: Array<[string[], RegExp, number?]> = [
    [['--tcp', '0.0.0.0:5000'], /other machines can reach 0\.0\.0\.0/],
    [['--tcp', 'example.com:5000'], /other machines can reach example\.com/],
    [['--tcp', '127.0.0.1'], /is not \[HOST:\]PORT/],
    [['--log-level', 'loud'], /Allowed choices are error, warn, info, debug/],
    [
      ['--socket', '/no/such/directory/d.sock'],
      /create \/no\/such\/directory, or choose another path with --socket: the folder does not exist/,
      1,
    ],
  ];
  await Promise.all(
    refusals.map(async ([args, message, code = 2]) => {
      const program = start(...args);
      expect(await program.ended).toBe(code);
      expect(program.stderr()).toMatch(message);
      expect(program.stderr()).not.toMatch(/\n\s+at /);
    }),
  );
});

test.concurrent('--version prints the version and --help the usage', async () => {
  const version = start('--version');
  expect(await version.ended).toBe(0);
  expect(version.stdout()).toBe('0.0.0-test\n');
  const help = start('--help');
  expect(await help.ended).toBe(0);
  expect(help.stdout()).toMatch(/--version.*--socket <path>.*--tcp.*--log-file.*--log-level/s);
  expect(help.stdout()).not.toMatch(/exit-with-stdin/);
});

test.concurrent('SIGUSR1 opens the log again, and no debugger', async ({ expect }) => {
  const logFile = join(harness.folder, 'daemon.log');
  const program = await daemon('--log-file', logFile);
  await rename(logFile, `${logFile}.moved`);
  program.process.kill('SIGUSR1');
  await expect.poll(() => existsSync(logFile)).toBe(true);
  program.process.kill('SIGTERM');
  expect(await program.ended).toBe(0);
  expect(readFileSync(logFile, 'utf8')).toContain('"event":"stopped"');
  expect(readFileSync(`${logFile}.moved`, 'utf8')).toContain('"event":"listening"');
  expect(program.stderr()).not.toMatch(/debugger/i);
});

test.concurrent('the log has mode 0600 and one JSON object a line, without headers, queries and bodies', async () => {
  const upstream = await startUpstream({ status: 503, chunks: ['body-secret'] });
  harness.onEnd(upstream.close);
  const logFile = join(harness.folder, 'made', 'daemon.log');
  const program = await daemon('--log-file', logFile, '--log-level', 'debug');
  const asking = await client();
  const headers = { Authorization: 'Bearer header-secret', 'api-key': 'header-secret' };
  asking.send(
    httpRequest(
      7n,
      { method: 'POST', url: `${upstream.url}/v1?key=query-secret`, headers, body: 'body-secret' },
      { traceId: 't-1' },
    ),
  );
  await asking.next(of(MessageType.ExecuteResponse, 7n));
  asking.send(httpRequest(8n, { method: 'GET', url: 'nonsense?key=query-secret' }));
  await asking.next(of(MessageType.ExecuteResponse, 8n));
  program.process.kill('SIGTERM');
  await program.ended;
  expect(statSync(logFile).mode & 0o777).toBe(0o600);
  const text = readFileSync(logFile, 'utf8');
  expect(text).not.toContain('secret');
  const lines = text
    .trim()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line));
  expect(lines.map((line) => line.event)).toEqual([
    'listening',
    'connected',
    'exchange',
    'exchange',
    'signal',
    'stopping',
    'disconnected',
    'stopped',
  ]);
  expect(lines[2]).toMatchObject({
    level: 'info',
    request_id: '7',
    trace_id: 't-1',
    tenant_id: 'test',
    operation: 'request',
    method: 'POST',
    url: `${upstream.url}/v1?…`,
    status: 503,
    outcome: 'complete',
    bytes: 11,
    attempts: 1,
  });
  expect(lines[3]).toMatchObject({
    level: 'warn',
    request_id: '8',
    outcome: 'failed',
    error_class: 'InvalidRequest',
  });
});

test.concurrent('the log has no entries below its level', async () => {
  const logFile = join(harness.folder, 'daemon.log');
  const program = await daemon('--log-file', logFile, '--log-level', 'warn');
  program.process.kill('SIGTERM');
  await program.ended;
  expect(readFileSync(logFile, 'utf8')).toBe('');
});

test.concurrent('the daemon serves even if it cannot write the log', async () => {
  await writeFile(join(harness.folder, 'file'), '');
  const program = await daemon('--log-file', join(harness.folder, 'file', 'daemon.log'));
  await client();
  program.process.kill('SIGTERM');
  expect(await program.ended).toBe(0);
});

test.concurrent('certificates are checked against the host name, TLS is timed, and connections are reused', async () => {
  const tls = join(import.meta.dirname, '../../fixtures/tls');
  const certificate = join(tls, 'self-signed.cert.pem');
  const server = createServer(
    { key: readFileSync(join(tls, 'self-signed.key.pem')), cert: readFileSync(certificate) },
    (_request, response) => response.end('secret kept'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  harness.onEnd(async () => {
    server.closeAllConnections();
    server.close();
  });
  const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
  const program = harness.start(['--socket', harness.path], { NODE_EXTRA_CA_CERTS: certificate });
  await program.untilStderr(/listening on/);
  const asking = await client();

  asking.send(httpStream(1n, { method: 'GET', url }));
  const first = await streamOf(asking, 1n);
  expect(first.body.toString()).toBe('secret kept');
  const { connectUs, tlsUs, sentUs, reused } = first.end.timings;
  expect([connectUs, tlsUs, sentUs].map(Number)).toEqual(
    [connectUs, tlsUs, sentUs].map(Number).toSorted((a, b) => a - b),
  );
  expect([reused, tlsUs === undefined]).toEqual([false, false]);

  asking.send(httpStream(2n, { method: 'GET', url }));
  expect((await streamOf(asking, 2n)).end.timings).toMatchObject({ reused: true });

  asking.send(httpStream(3n, { method: 'GET', url, headers: { host: 'elsewhere.example' } }));
  const refused = (await streamOf(asking, 3n)).end;
  expect(refused.errorClass).toBe(ErrorClass.Permanent);
  expect(refused.errorMessage).toMatch(/no trusted connection to https:.*\(ERR_TLS_CERT_ALTNAME_INVALID\)/);
});
