import { afterEach, expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { MessageType } from '../../../src/protocol/constants.js';
import type { Limits } from '../../../src/runtime/limits.js';
import { testDaemon } from '../../support/daemon.js';
import { httpRequest, httpStream, of, streamOf } from '../../support/raw-client.js';
import { serveTogether, startUpstream } from '../../support/upstream.js';

const closing: Array<() => Promise<void>> = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function daemon(limits: Partial<Limits>) {
  const made = await testDaemon({ limits });
  closing.push(made.close);
  return made;
}

async function upstream(...script: Parameters<typeof startUpstream>) {
  const made = await startUpstream(...script);
  closing.push(made.close);
  return made;
}

test('a connection over the limit gets an error and is closed; earlier ones go on', async () => {
  const running = await daemon({ connections: 1 });
  const first = await running.client();
  const second = await running.client();
  const refusal = await second.next(of(MessageType.ExecuteResponse, 0n));
  expect(refusal).toMatchObject({
    errorClass: ErrorClass.RateLimited,
    errorMessage: 'the daemon serves 1 connections, which is its limit (--max-connections); try again later',
  });
  await second.closed;
  first.send({ type: MessageType.HealthCheck });
  expect(await first.next(of(MessageType.HealthResponse))).toMatchObject({ healthy: true });
});

test('a request over the limit of its connection is refused; the others run', async () => {
  const client = await (await daemon({ requestsPerConnection: 2 })).client();
  const { url } = await upstream({ chunks: ['a'], end: 'hang' });
  for (const id of [1n, 2n, 3n]) client.send(httpStream(id, { method: 'GET', url }));
  const refusal = await client.next(of(MessageType.ExecuteResponse, 3n));
  expect(refusal).toMatchObject({
    errorClass: ErrorClass.RateLimited,
    errorMessage: '2 requests run on this connection, which is the limit (--max-requests)',
  });
  await client.next(of(MessageType.StreamChunk, 1n));
  await client.next(of(MessageType.StreamChunk, 2n));
});

test('a request that asks for no ceiling waits for no connection, and is not refused', async () => {
  const running = await testDaemon({ limits: { requestsPerConnection: 2, upstreamConnections: 2 } });
  closing.push(running.close);
  const client = await running.client();
  const { url, connections } = await upstream(serveTogether(5));
  const ids = [1n, 2n, 3n, 4n, 5n];
  for (const id of ids) client.send(httpStream(id, { method: 'GET', url }, { policy: { ceilings: false } }));
  for (const id of ids) expect((await streamOf(client, id)).body.toString()).toBe('ok');
  expect(connections()).toBe(5);
});

test('a frame over the limit ends the connection, with the limit named', async () => {
  const client = await (await daemon({ frameBytes: 1000 })).client();
  client.send(httpRequest(1n, 'x'.repeat(2000)));
  const refusal = await client.next(of(MessageType.ExecuteResponse, 0n));
  expect(refusal.errorMessage).toMatch(/over the limit of 1000$/);
  await client.closed;
});

test('a client that is idle is closed, one whose request runs is not', async () => {
  const client = await (await daemon({ clientIdleMs: 100 })).client();
  const { url } = await upstream({ chunks: ['a', 'b'], gapMs: 300 });
  client.send(httpStream(1n, { method: 'GET', url }));
  expect((await streamOf(client, 1n)).body.toString()).toBe('ab');
  const refusal = await client.next(of(MessageType.ExecuteResponse, 0n));
  expect(refusal.errorMessage).toBe('nothing came for 0.1 s (--client-idle)');
  await client.closed;
});

// undici's clock for these limits ticks every half second.
test('a provider that goes silent is given up, before its answer and in it', async () => {
  const client = await (await daemon({ upstreamIdleMs: 200 })).client();
  const mute = await upstream(() => {});
  const half = await upstream({ chunks: ['half'], end: 'hang' });
  client.send(httpStream(1n, { method: 'GET', url: mute.url }));
  client.send(httpStream(2n, { method: 'GET', url: half.url }));
  expect((await streamOf(client, 1n)).end).toMatchObject({
    errorClass: ErrorClass.Timeout,
    errorMessage: expect.stringMatching(
      /^http:\S+ went silent before it answered \(UND\w+\): raise --upstream-idle \(now 0\.2 s\)$/,
    ),
  });
  const { body, end } = await streamOf(client, 2n);
  expect(body.toString()).toBe('half');
  expect(end).toMatchObject({
    errorClass: ErrorClass.Timeout,
    errorMessage: expect.stringMatching(
      /^http:\S+ went silent after 4 bytes of body \(UND\w+\): raise --upstream-idle \(now 0\.2 s\)$/,
    ),
  });
});
