import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ErrorClass } from '../../src/common/errors.js';
import { MessageType } from '../../src/protocol/constants.js';
import { type TestDaemon, testDaemon } from '../support/protocol/daemon.js';
import { httpRequest, httpStream, jsonOf, of, rawClient, streamOf } from '../support/protocol/raw-client.js';
import { closedAfterEach } from '../support/run/closing.js';
import { type Handler, type Script, startUpstream, type Upstream } from '../support/servers/upstream.js';

const closing = closedAfterEach();

async function setUp(
  answer: Handler | Script,
  options = {},
): Promise<{ daemon: TestDaemon; upstream: Upstream }> {
  const daemon = await testDaemon(options);
  const upstream = await startUpstream(answer);
  closing.push(daemon.close, upstream.close);
  return { daemon, upstream };
}

test('stopping does not wait for idle connections, and removes the socket', async () => {
  const { daemon } = await setUp({ chunks: [] }, { drainMs: 60_000 });
  const client = await daemon.client();
  client.send({ type: MessageType.HealthCheck });
  await client.next(of(MessageType.HealthResponse));
  await daemon.stop();
  await client.closed;
  expect(existsSync(daemon.path)).toBe(false);
});

test('a client that connects while the daemon frees its address is served, and the daemon keeps the address', async () => {
  const { daemon } = await setUp({ chunks: ['a'] });
  const late = daemon.client();
  const retired = daemon.retire();
  const client = await late;
  expect(await retired).toBe(false);
  client.send({ type: MessageType.HealthCheck });
  expect(await client.next(of(MessageType.HealthResponse))).toMatchObject({ healthy: true });
  await daemon.client();
  expect(daemon.connections()).toBe(2);
});

test('a daemon without clients frees its address', async () => {
  const { daemon } = await setUp({ chunks: ['a'] });
  expect(await daemon.retire()).toBe(true);
  expect(existsSync(daemon.path)).toBe(false);
});

test('a daemon that stops while it frees its address does not listen there again', async () => {
  const { daemon } = await setUp({ chunks: ['a'] });
  const late = daemon.client();
  const retired = daemon.retire();
  await late;
  await daemon.stop();
  expect(await retired).toBe(true);
  expect(existsSync(daemon.path)).toBe(false);
});

test('stopping lets running exchanges finish, refuses new ones, and then closes', async () => {
  const refused = Promise.withResolvers<void>();
  const { daemon, upstream } = await setUp({
    chunks: ['a', 'b', 'c'],
    onSend: (index) => (index === 0 ? undefined : refused.promise),
  });
  const client = await daemon.client();
  client.send(httpStream(1n, { method: 'GET', url: upstream.url }));
  client.send(httpRequest(2n, { method: 'GET', url: upstream.url }));
  await client.next(of(MessageType.StreamChunk, 1n));
  const stopped = daemon.stop();

  // The address is free now.
  await expect.poll(() => existsSync(daemon.path)).toBe(false);
  await expect(rawClient({ kind: 'unix', path: daemon.path })).rejects.toThrow(/ENOENT/);
  client.send(httpRequest(3n, { method: 'GET', url: upstream.url }));
  expect(await client.next(of(MessageType.ExecuteResponse, 3n))).toMatchObject({
    errorClass: ErrorClass.Transient,
    errorMessage: 'try again in a moment: the daemon is stopping',
  });
  client.send({ type: MessageType.HealthCheck });
  expect(await client.next(of(MessageType.HealthResponse))).toMatchObject({
    healthy: false,
    message: 'stopping',
  });

  refused.resolve();
  const { body, end } = await streamOf(client, 1n);
  expect([body.toString(), end.errorClass]).toEqual(['abc', ErrorClass.Success]);
  expect(jsonOf(await client.next(of(MessageType.ExecuteResponse, 2n))).body).toBe('abc');
  await stopped;
  await client.closed;
  expect(upstream.requests).toHaveLength(2);
});

test('exchanges that don’t finish in time end with typed errors, and are aborted upstream', async () => {
  const { daemon, upstream } = await setUp({ chunks: ['a'], end: 'hang' }, { drainMs: 150 });
  const client = await daemon.client();
  client.send(httpStream(1n, { method: 'GET', url: upstream.url }));
  client.send(httpRequest(2n, { method: 'GET', url: upstream.url }));
  const seen = await Promise.all([upstream.request(0), upstream.request(1)]);
  const begin = performance.now();
  await daemon.stop();
  expect(performance.now() - begin).toBeGreaterThan(140);
  const { end } = await streamOf(client, 1n);
  const answer = await client.next(of(MessageType.ExecuteResponse, 2n));
  for (const last of [end, answer]) {
    expect(last.errorClass).toBe(ErrorClass.Transient);
    expect(last.errorMessage).toBe('try again in a moment: the daemon was stopped');
  }
  expect(end.cancelled).toBe(false);
  expect(await Promise.all(seen.map((request) => request.ended))).toEqual(['hung up', 'hung up']);
});

test('a second stop ends the exchanges at once', async () => {
  const { daemon, upstream } = await setUp({ chunks: ['a'], end: 'hang' }, { drainMs: 60_000 });
  const client = await daemon.client();
  client.send(httpStream(1n, { method: 'GET', url: upstream.url }));
  await client.next(of(MessageType.StreamChunk, 1n));
  const stopped = daemon.stop();
  daemon.end();
  await stopped;
  expect((await streamOf(client, 1n)).end.errorClass).toBe(ErrorClass.Transient);
});

test('a client that does not read cannot delay the stop', async () => {
  const { daemon, upstream } = await setUp({ chunks: [Buffer.alloc(8 * 1024 * 1024)] }, { drainMs: 50 });
  const client = await daemon.client();
  client.socket.pause();
  client.send(httpStream(1n, { method: 'GET', url: upstream.url }));
  client.send({ type: MessageType.CreditUpdate, requestId: 1n, creditDelta: 2 ** 30, totalCredits: 0 });
  await upstream.request(0);
  await daemon.stop();
});

test('onIdle is called each time the last connection has closed', async () => {
  let idle = 0;
  const { daemon } = await setUp({ chunks: [] }, { onIdle: () => (idle += 1) });
  const [one, two] = [await daemon.client(), await daemon.client()];
  for (const client of [one, two]) {
    client.send({ type: MessageType.HealthCheck });
    await client.next(of(MessageType.HealthResponse));
  }
  await one.close();
  await expect.poll(daemon.connections).toBe(1);
  expect(idle).toBe(0);
  await two.close();
  await expect.poll(daemon.connections).toBe(0);
  expect(idle).toBe(1);
});
