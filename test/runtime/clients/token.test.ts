import { chmod, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { MessageType } from '../../../src/protocol/constants.js';
import { readOrMakeToken, sameToken } from '../../../src/runtime/clients/token.js';
import { type Runtime, startRuntime } from '../../../src/runtime/server.js';
import { RuntimeClient } from '../../../src/sdk/index.js';
import { httpStream, of, type RawClient, rawClient, streamOf } from '../../support/protocol/raw-client.js';
import { closedAfterEach } from '../../support/run/closing.js';
import { folderForTest } from '../../support/run/temporary-folder.js';
import { startUpstream, type Upstream } from '../../support/servers/upstream.js';

let folder: string;
let tokenFile: string;
beforeEach(async () => {
  folder = folderForTest();
  tokenFile = join(folder, 'made', 'token');
});
const closing = closedAfterEach();

async function daemon(): Promise<{ runtime: Runtime; port: number; upstream: Upstream }> {
  const shutdown = new AbortController();
  const listen = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
  const runtime = await startRuntime({ listen, tokenFile }, shutdown.signal);
  const upstream = await startUpstream({ chunks: ['ok'] });
  closing.push(upstream.close, () => {
    runtime.end();
    shutdown.abort();
    return runtime.closed;
  });
  return { runtime, port: runtime.address.kind === 'tcp' ? runtime.address.port : 0, upstream };
}

async function connected(runtime: Runtime): Promise<RawClient> {
  const client = await rawClient(runtime.address);
  closing.unshift(client.close);
  return client;
}

describe('the token file', () => {
  test('is created if missing, readable only by its owner, and read the next time', async () => {
    const token = readOrMakeToken(tokenFile);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect((await stat(tokenFile)).mode & 0o777).toBe(0o600);
    expect(readOrMakeToken(tokenFile)).toBe(token);
  });

  test('is refused if other users can read it', async () => {
    readOrMakeToken(tokenFile);
    await chmod(tokenFile, 0o640);
    expect(() => readOrMakeToken(tokenFile)).toThrow(
      /^run chmod 600 .*: other users can read this token file$/,
    );
  });

  test('is refused if it is a link', async () => {
    const elsewhere = join(folder, 'elsewhere');
    await writeFile(elsewhere, 'a-token-of-another-place\n', { mode: 0o600 });
    await symlink(elsewhere, join(folder, 'link'));
    expect(() => readOrMakeToken(join(folder, 'link'))).toThrow(/is not a regular file/);
  });

  test('is refused if it contains no token', async () => {
    await writeFile(join(folder, 'empty'), '\n', { mode: 0o600 });
    expect(() => readOrMakeToken(join(folder, 'empty'))).toThrow(/contains no token/);
  });

  test('only equal tokens match', () => {
    expect(sameToken('abc', 'abc')).toBe(true);
    expect(sameToken('abc', 'abcd')).toBe(false);
    expect(sameToken('', 'abc')).toBe(false);
  });
});

describe('a daemon with a token', () => {
  test('refuses a client without it, and says how to get access', async () => {
    const { runtime, upstream } = await daemon();
    const client = await connected(runtime);
    client.send(httpStream(1n, { method: 'GET', url: upstream.url }));
    const answer = await client.next(of(MessageType.ExecuteResponse, 1n));
    expect(answer.errorClass).toBe(ErrorClass.Permanent);
    expect(answer.errorMessage).toMatch(/^set VASTAR_TOKEN_FILE \(tokenFile\) to the token file/);
    client.send({ type: MessageType.HealthCheck });
    expect(await client.next(of(MessageType.HealthResponse))).toMatchObject({ healthy: false, origins: [] });
    expect(upstream.requests).toHaveLength(0);
  });

  test('refuses a wrong token', async () => {
    const { runtime, upstream } = await daemon();
    const client = await connected(runtime);
    client.send({ type: MessageType.HealthCheck, token: 'not-the-token-that-it-wants' });
    expect(await client.next(of(MessageType.HealthResponse))).toMatchObject({ healthy: false });
    client.send(httpStream(1n, { method: 'GET', url: upstream.url }));
    expect(await client.next(of(MessageType.ExecuteResponse, 1n))).toMatchObject({
      errorClass: ErrorClass.Permanent,
    });
  });

  test('accepts the right token for that connection only', async () => {
    const { runtime, upstream } = await daemon();
    const token = (await readFile(tokenFile, 'utf8')).trim();
    const [first, second] = [await connected(runtime), await connected(runtime)];
    first.send({ type: MessageType.HealthCheck, token });
    first.send(httpStream(1n, { method: 'GET', url: upstream.url }));
    expect((await streamOf(first, 1n)).body.toString()).toBe('ok');
    expect(await first.next(of(MessageType.HealthResponse))).toMatchObject({ healthy: true });
    second.send(httpStream(1n, { method: 'GET', url: upstream.url }));
    expect(await second.next(of(MessageType.ExecuteResponse, 1n))).toMatchObject({
      errorClass: ErrorClass.Permanent,
    });
  });

  test('gets the token from the SDK before the first request', async () => {
    const { port, upstream } = await daemon();
    const client = new RuntimeClient({ useTcp: true, tcpPort: port, tokenFile });
    closing.unshift(() => client.close());
    const answer = await client.executeHTTP({ method: 'GET', url: upstream.url });
    expect(answer.body.toString()).toBe('ok');
    expect(answer.timings).toMatchObject({ attempts: 1 });
    expect(await client.health()).toMatchObject({ kind: 'vastar-tui', health: { healthy: true } });
  });

  test('without a token file, the SDK’s error says what to do', async () => {
    const { port, upstream } = await daemon();
    const client = new RuntimeClient({ useTcp: true, tcpPort: port, tokenFile: join(folder, 'none') });
    closing.unshift(() => client.close());
    await expect(client.executeHTTP({ method: 'GET', url: upstream.url })).rejects.toThrow(
      /VASTAR_TOKEN_FILE/,
    );
  });
});
