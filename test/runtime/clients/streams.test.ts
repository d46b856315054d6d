import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { MessageType } from '../../../src/protocol/constants.js';
import { until } from '../../support/programs/program.js';
import { type TestDaemon, testDaemon } from '../../support/protocol/daemon.js';
import {
  chunksOf,
  httpRequest,
  httpStream,
  jsonOf,
  of,
  streamOf,
} from '../../support/protocol/raw-client.js';
import { closedAfterEach } from '../../support/run/closing.js';
import {
  type Handler,
  type Script,
  serveTogether,
  sseEvents,
  startUpstream,
  type Upstream,
} from '../../support/servers/upstream.js';

const closing = closedAfterEach();

async function setUp(answer: Handler | Script): Promise<{ daemon: TestDaemon; upstream: Upstream }> {
  const daemon = await testDaemon();
  const upstream = await startUpstream(answer);
  closing.push(daemon.close, upstream.close);
  return { daemon, upstream };
}

test('each chunk is forwarded when the upstream sends it, before the answer is complete', async () => {
  const { daemon, upstream } = await setUp({
    chunks: sseEvents(...'abcdefghij'),
    // The upstream sends the next chunk only after the last one has arrived.
    onSend: (index) => until(() => chunksOf(client, 1n).length === index),
  });
  const client = await daemon.client();
  client.send(httpStream(1n, { method: 'GET', url: `${upstream.url}/sse` }));
  const { body, end } = await streamOf(client, 1n);
  expect(body.toString()).toBe(sseEvents(...'abcdefghij').join(''));
  expect(end).toMatchObject({ errorClass: ErrorClass.Success, cancelled: false, bytes: body.length });

  const chunks = chunksOf(client, 1n);
  expect(chunks.map((chunk) => chunk.sequence)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const offsets = chunks.map((chunk) => chunk.offsetUs);
  expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
  expect(new Set(offsets).size).toBe(10);
});

test("the daemon drops a provider's headers with the prefix x-vastar-", async () => {
  const headers = { 'X-Vastar-Not-Retried': 'made up', 'x-vastar-anything': '1', 'x-request-id': 'r' };
  const { daemon, upstream } = await setUp({ chunks: ['a'], headers });
  const client = await daemon.client();
  client.send(httpStream(1n, { method: 'GET', url: upstream.url }));
  const start = await client.next(of(MessageType.StreamStart, 1n));
  expect(start.headers).toContainEqual(['x-request-id', 'r']);
  expect(JSON.stringify(start.headers)).not.toMatch(/vastar/i);
  client.send(httpRequest(2n, { method: 'GET', url: upstream.url }));
  const answer = jsonOf(await client.next(of(MessageType.ExecuteResponse, 2n)));
  expect(JSON.stringify(answer)).not.toMatch(/vastar/i);
});

test('a stream starts with the status, the unchanged headers, and the timings so far', async () => {
  const { daemon, upstream } = await setUp({
    status: 429,
    contentType: 'application/json',
    headers: { 'Retry-After': '7', 'set-cookie': ['a=1', 'b=2'] },
    chunks: ['{"error":1}'],
  });
  const client = await daemon.client();
  client.send(httpStream(1n, { method: 'POST', url: upstream.url, body: '{}' }));
  const start = await client.next(of(MessageType.StreamStart, 1n));
  expect(start.statusCode).toBe(429);
  expect(start.headers).toContainEqual(['Retry-After', '7']);
  expect(start.headers.filter(([name]) => name === 'set-cookie')).toHaveLength(2);
  expect(start.timings.lastByteUs).toBeUndefined();
  const { body, end } = await streamOf(client, 1n);
  expect(body.toString()).toBe('{"error":1}');
  expect(end.errorClass).toBe(ErrorClass.Success);
});

test('arbitrary bytes pass through a stream unchanged', async () => {
  const bytes = randomBytes(300_000);
  const { daemon, upstream } = await setUp({ contentType: 'application/octet-stream', chunks: [bytes] });
  const client = await daemon.client();
  client.send({ type: MessageType.CreditUpdate, requestId: 1n, creditDelta: 1, totalCredits: 0 });
  client.send(httpStream(1n, { method: 'GET', url: upstream.url }));
  client.send({ type: MessageType.CreditUpdate, requestId: 1n, creditDelta: 1_000_000, totalCredits: 0 });
  const { body } = await streamOf(client, 1n);
  expect(body.equals(bytes)).toBe(true);
});

test('a body is not decompressed, and compression is not requested', async () => {
  const { daemon, upstream } = await setUp({
    headers: { 'content-encoding': 'gzip' },
    chunks: [new Uint8Array([0x1f, 0x8b, 1, 2, 3])],
  });
  const client = await daemon.client();
  client.send(httpStream(1n, { method: 'GET', url: upstream.url }));
  expect((await streamOf(client, 1n)).body).toEqual(Buffer.from([0x1f, 0x8b, 1, 2, 3]));
  client.send(httpStream(2n, { method: 'GET', url: upstream.url, headers: { 'Accept-Encoding': 'gzip' } }));
  await streamOf(client, 2n);
  expect(upstream.requests.map((request) => request.headers['accept-encoding'])).toEqual([
    'identity',
    'gzip',
  ]);
});

test('a redirect of a request that is not repeatable is passed on', async () => {
  const { daemon, upstream } = await setUp({ status: 302, headers: { location: '/elsewhere' }, chunks: [] });
  const client = await daemon.client();
  client.send(httpRequest(1n, { method: 'POST', url: `${upstream.url}/here` }));
  const answer = jsonOf(await client.next(of(MessageType.ExecuteResponse, 1n)));
  expect([answer.status_code, answer.headers.location]).toEqual([302, '/elsewhere']);
  expect(upstream.requests.map((request) => request.path)).toEqual(['/here']);
});

test('five requests on one connection run at the same time', async () => {
  const { daemon, upstream } = await setUp(serveTogether(5));
  const client = await daemon.client();
  const ids = [1n, 2n, 3n, 4n, 5n];
  for (const id of ids) client.send(httpRequest(id, { method: 'GET', url: upstream.url }));
  const answers = await Promise.all(ids.map((id) => client.next(of(MessageType.ExecuteResponse, id))));
  expect(answers.map((answer) => jsonOf(answer).body)).toEqual(Array(5).fill('ok'));
});

test('answers arrive in the order in which they finish, each under its own 64-bit id', async () => {
  const fastEnded = Promise.withResolvers<void>();
  const { daemon, upstream } = await setUp(async (request, response) => {
    if (request.path === '/slow') await fastEnded.promise;
    response.end(request.path);
  });
  const client = await daemon.client();
  const slow = 2n ** 64n - 1n;
  const fast = 2n ** 53n + 1n;
  client.send(httpRequest(slow, { method: 'GET', url: `${upstream.url}/slow` }));
  client.send(httpStream(fast, { method: 'GET', url: `${upstream.url}/fast` }));
  expect((await streamOf(client, fast)).body.toString()).toBe('/fast');
  expect(client.received.some(of(MessageType.ExecuteResponse, slow))).toBe(false);
  fastEnded.resolve();
  expect(jsonOf(await client.next(of(MessageType.ExecuteResponse, slow))).body).toBe('/slow');
});

test('a hundred streams on one connection arrive whole and unmixed', async () => {
  const { daemon, upstream } = await setUp(async (request, response) => {
    const name = request.path.slice(1);
    for (let index = 0; index < 20; index += 1) {
      response.write(`${name}:${index} `);
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  });
  const client = await daemon.client();
  const ids = Array.from({ length: 100 }, (_, index) => BigInt(index + 1));
  for (const id of ids) client.send(httpStream(id, { method: 'GET', url: `${upstream.url}/s${id}` }));
  for (const id of ids) {
    const { body } = await streamOf(client, id);
    expect(body.toString()).toBe(Array.from({ length: 20 }, (_, index) => `s${id}:${index} `).join(''));
    expect(chunksOf(client, id).map((chunk) => chunk.sequence)).toEqual(
      chunksOf(client, id).map((_, at) => at),
    );
  }
});

test('a second request with the same id is refused, and the first continues', async () => {
  const { daemon, upstream } = await setUp({ chunks: ['a', 'b'], gapMs: 60 });
  const client = await daemon.client();
  client.send(httpStream(1n, { method: 'GET', url: upstream.url }));
  client.send(httpStream(1n, { method: 'GET', url: upstream.url }));
  const refusal = await client.next(of(MessageType.ExecuteResponse, 1n));
  expect(refusal).toMatchObject({
    errorClass: ErrorClass.InvalidRequest,
    errorMessage: 'request 1 is still running',
  });
  expect((await streamOf(client, 1n)).body.toString()).toBe('ab');
});

test('Cancel aborts the upstream request, and the stream ends as cancelled', async () => {
  const { daemon, upstream } = await setUp({ chunks: ['a'], end: 'hang' });
  const client = await daemon.client();
  client.send(httpStream(1n, { method: 'GET', url: upstream.url }));
  await client.next(of(MessageType.StreamChunk, 1n));
  client.send({ type: MessageType.Cancel, requestId: 1n });
  const { end } = await streamOf(client, 1n);
  expect(end).toMatchObject({ cancelled: true, errorClass: ErrorClass.Success, bytes: 1 });
  expect(await (await upstream.request(0)).ended).toBe('hung up');
});

test('Cancel before the headers ends a stream without a start, and a request with Transient', async () => {
  const { daemon, upstream } = await setUp(() => {});
  const client = await daemon.client();
  client.send(httpStream(1n, { method: 'GET', url: upstream.url }));
  client.send(httpRequest(2n, { method: 'GET', url: upstream.url }));
  const seen = await Promise.all([upstream.request(0), upstream.request(1)]);
  client.send({ type: MessageType.Cancel, requestId: 1n });
  client.send({ type: MessageType.Cancel, requestId: 2n });
  expect((await streamOf(client, 1n)).end).toMatchObject({ cancelled: true, bytes: 0 });
  const answer = await client.next(of(MessageType.ExecuteResponse, 2n));
  expect(answer).toMatchObject({ errorClass: ErrorClass.Transient, errorMessage: 'cancelled by the client' });
  expect(await Promise.all(seen.map((request) => request.ended))).toEqual(['hung up', 'hung up']);
  expect(client.received.some(of(MessageType.StreamStart))).toBe(false);
});

test('Cancel and credits for an unknown exchange are ignored', async () => {
  const { daemon } = await setUp({ chunks: [] });
  const client = await daemon.client();
  client.send({ type: MessageType.Cancel, requestId: 9n });
  client.send({ type: MessageType.CreditUpdate, requestId: 9n, creditDelta: 1, totalCredits: 0 });
  client.send({ type: MessageType.HealthCheck });
  await client.next(of(MessageType.HealthResponse));
  expect(client.received).toHaveLength(1);
});

test('when a client disconnects, all its upstream requests are aborted', async () => {
  const { daemon, upstream } = await setUp({ chunks: ['a'], end: 'hang' });
  const client = await daemon.client();
  const other = await daemon.client();
  for (const id of [1n, 2n, 3n]) client.send(httpStream(id, { method: 'GET', url: upstream.url }));
  client.send(httpRequest(4n, { method: 'GET', url: upstream.url }));
  const seen = await Promise.all([0, 1, 2, 3].map((index) => upstream.request(index)));
  other.send(httpStream(1n, { method: 'GET', url: upstream.url }));
  const others = await upstream.request(4);

  client.socket.destroy();
  expect(await Promise.all(seen.map((request) => request.ended))).toEqual(Array(4).fill('hung up'));

  // Another client's stream continues.
  expect(other.received.some(of(MessageType.StreamEnd))).toBe(false);
  other.send({ type: MessageType.Cancel, requestId: 1n });
  await streamOf(other, 1n);
  expect(await others.ended).toBe('hung up');
});
