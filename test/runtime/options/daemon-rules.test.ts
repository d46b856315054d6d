import { existsSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { MessageType } from '../../../src/protocol/constants.js';
import { daemonHarness } from '../../support/programs/daemon-harness.js';
import { runProgram } from '../../support/programs/daemon-program.js';
import { httpStream, of, type RawClient, rawClient, streamOf } from '../../support/protocol/raw-client.js';
import { freePort } from '../../support/servers/free-port.js';
import { CA_FILE, startTlsUpstream } from '../../support/servers/tls-upstream.js';
import { startUpstream } from '../../support/servers/upstream.js';

const harness = daemonHarness();
const { start } = harness;

/** Starts a daemon process and connects a client. */
async function daemon(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const program = await harness.daemon(args, env);
  return { program, client: await harness.connect() };
}

let lastId = 0n;
async function ask(client: RawClient, url: string, tenantId = 'test') {
  lastId += 1n;
  client.send(httpStream(lastId, { method: 'GET', url }, { tenantId }));
  return streamOf(client, lastId);
}

test.concurrent('the daemon starts with a proxy that it cannot use, and warns', async () => {
  const env = { HTTPS_PROXY: 'socks5://user:secret@127.0.0.1' };
  const program = start(['--socket', join(harness.folder, 'x.sock')], env);
  await program.untilStderr(/listening on/);
  expect(program.stderr()).toMatch(
    /^vastar-connector-runtime: warning: set HTTPS_PROXY to the URL of an HTTP proxy, .*: it names a SOCKS proxy\n/,
  );
  expect(program.stderr()).not.toContain('secret');
});

test.concurrent('the daemon names the argument or file that it cannot use', async () => {
  const limits = join(harness.folder, 'limits.yaml');
  await writeFile(limits, 'default: { requests_per_second: none }\n');
  const config = join(harness.folder, 'daemon.yaml');
  await writeFile(config, 'retry:\n  attempt: 2\n');
  const wrong = join(harness.folder, 'wrong.yaml');
  await writeFile(wrong, 'drain_s: -1\nx: 1\n');
  const empty = join(harness.folder, 'empty.pem');
  await writeFile(empty, 'no certificate\n');
  const readable = join(harness.folder, 'token');
  await writeFile(readable, 'a-token-that-all-can-read\n', { mode: 0o644 });
  const refusals: Array<[string[], RegExp]> = [
    [['--tcp', '0'], /give --token-file FILE .* or --allow-tokenless/],
    [['--tcp', '0', '--token-file', readable], /other users can read this token file/],
    [['--limits', limits], /limits\.yaml:1:33: "default\.requests_per_second" must be a number/],
    [['--config', config], /daemon\.yaml:2:3: unknown key "retry\.attempt" - did you mean "attempts"\?/],
    [
      ['--config', wrong],
      /wrong\.yaml:1:10: "drain_s" must be 0 or more\n.*wrong\.yaml:2:1: unknown key "x"/,
    ],
    [['--max-attempts', '0'], /Give a number from 1 to 99/],
    [['--max-upstream', '0'], /Give a whole number above 0/],
    [['--connect-timeout', '0'], /Give a whole number above 0/],
    [
      ['--ca', join(harness.folder, 'none.pem')],
      /the certificates \(--ca, upstream\.ca\) in \/.*\/none\.pem cannot be read: there is no such file or folder/,
    ],
    [['--ca', empty], /contains no certificate in PEM/],
    [['--allow-origin', 'api.example.com'], /Give an origin such as https:\/\/api\.example\.com/],
    [['--deny-origin', 'https://a.example/v1'], /Give an origin such as/],
  ];
  await Promise.all(
    refusals.map(async ([args, message]) => {
      const program = start(['--socket', join(harness.folder, 'x.sock'), ...args]);
      // An unsuitable file is not a usage error, so the exit code differs.
      expect(await program.ended).toBe(args.includes(readable) ? 1 : 2);
      expect(program.stderr()).toMatch(message);
      expect(program.stderr()).not.toMatch(/\n\s+at /);
    }),
  );
});

test.concurrent('--ca and NODE_EXTRA_CA_CERTS are trusted, each separately and both together', async () => {
  const upstream = await startTlsUpstream('localhost');
  harness.onEnd(upstream.close);
  for (const [args, env] of [
    [['--ca', CA_FILE], {}],
    [[], { NODE_EXTRA_CA_CERTS: CA_FILE }],
    [['--ca', join(CA_FILE, '..', 'self-signed.cert.pem')], { NODE_EXTRA_CA_CERTS: CA_FILE }],
  ] as const) {
    const { program, client } = await daemon(args, env);
    expect((await ask(client, upstream.url)).body.toString()).toBe('secret');
    program.process.kill('SIGTERM');
    await program.ended;
  }
});

test.concurrent('--insecure-skip-verify prints a warning and skips the checks', async () => {
  const upstream = await startTlsUpstream('wrong-host');
  harness.onEnd(upstream.close);
  const { program, client } = await daemon(['--insecure-skip-verify']);
  expect(program.stderr()).toMatch(/^WARNING: --insecure-skip-verify: no TLS certificate is checked/);
  expect((await ask(client, upstream.url)).body.toString()).toBe('secret');
});

test.concurrent('limits and egress rules are enforced', async () => {
  const limits = join(harness.folder, 'limits.yaml');
  await writeFile(limits, 'tenants: { test: { requests_per_second: 0.01 } }\n');
  const upstream = await startUpstream({ chunks: ['ok'] });
  harness.onEnd(upstream.close);
  const { client } = await daemon(['--limits', limits, '--allow-origin', upstream.url]);
  expect((await ask(client, upstream.url)).body.toString()).toBe('ok');
  expect((await ask(client, upstream.url)).end.errorClass).toBe(ErrorClass.RateLimited);
  const { end } = await ask(client, `http://localhost:${upstream.port}`, 'other');
  expect(end.errorMessage).toMatch(/daemon's rules allow other origins only/);
});

test.concurrent('over TCP it creates its token, and reveals nothing to clients without it', async () => {
  const tokenFile = join(harness.folder, 'token');
  const port = await freePort();
  const program = start(['--tcp', String(port), '--token-file', tokenFile]);
  await program.untilStderr(/listening on/);
  expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
  const command = (...args: string[]) => runProgram(harness.programs.cli, ['runtime', ...args]);
  const locked = command('status', '--tcp', String(port), '--json');
  await locked.ended;
  expect(JSON.parse(locked.stdout())).toMatchObject({ healthy: false, origins: [] });
  expect(locked.stdout()).toContain('VASTAR_TOKEN_FILE');
});

test.concurrent('--insecure-skip-verify also prints a warning in the background, and status shows it', async () => {
  const env = { VASTAR_SOCKET_PATH: harness.path };
  const command = async (...args: string[]) => {
    const program = runProgram(harness.programs.cli, ['runtime', ...args], env);
    return { code: await program.ended, stdout: program.stdout(), stderr: program.stderr() };
  };
  const started = await command('start', '--insecure-skip-verify');
  expect(started).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^WARNING: --insecure-skip-verify/),
  });
  expect((await command('status')).stdout).toMatch(/ok; TLS certificates are NOT verified/);
  expect(await command('stop')).toMatchObject({ code: 0 });
});

test.concurrent('start, status and stop find the token by flag and by environment', async () => {
  const port = String(await freePort());
  harness.owns(`127.0.0.1:${port}`);
  const tokenFile = join(harness.folder, 'made', 'token');
  const command = async (env: NodeJS.ProcessEnv, ...args: string[]) => {
    const program = runProgram(harness.programs.cli, ['runtime', ...args], env);
    return { code: await program.ended, stdout: program.stdout() };
  };
  expect(await command({}, 'start', '--tcp', port, '--token-file', tokenFile)).toMatchObject({ code: 0 });
  expect(existsSync(tokenFile)).toBe(true);
  const env = { VASTAR_TOKEN_FILE: tokenFile };
  const status = await command(env, 'status', '--tcp', port, '--json');
  expect(JSON.parse(status.stdout)).toMatchObject({ running: true, healthy: true, message: 'ok' });

  const upstream = await startUpstream({ chunks: ['ok'] });
  harness.onEnd(upstream.close);
  const client = await rawClient({ kind: 'tcp', host: '127.0.0.1', port: Number(port) });
  harness.onEnd(client.close);
  client.send(httpStream(1n, { method: 'GET', url: upstream.url }));
  expect(await client.next(of(MessageType.ExecuteResponse, 1n))).toMatchObject({
    errorClass: ErrorClass.Permanent,
  });
  expect(await command(env, 'stop', '--tcp', port)).toMatchObject({ code: 0 });
});

test.concurrent('without a token over TCP it serves, but sends no requests to this machine unless allowed', async () => {
  const upstream = await startUpstream({ chunks: ['ok'] });
  harness.onEnd(upstream.close);
  for (const [args, allowed] of [
    [[], false],
    [['--loopback', 'allow'], true],
  ] as const) {
    const port = await freePort();
    await start(['--tcp', String(port), '--allow-tokenless', ...args]).untilStderr(/listening on/);
    const client = await rawClient({ kind: 'tcp', host: '127.0.0.1', port });
    harness.onEnd(client.close);
    const { end, body } = await ask(client, upstream.url);
    expect(body.toString()).toBe(allowed ? 'ok' : '');
    if (!allowed) expect(end.errorMessage).toMatch(/this machine itself \(--loopback allow permits it\)/);
  }
});
