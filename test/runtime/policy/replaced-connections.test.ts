import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { MessageType } from '../../../src/protocol/constants.js';
import type { RequestPolicy } from '../../../src/protocol/messages.js';
import { testDaemon } from '../../support/protocol/daemon.js';
import { httpStream, of, streamOf } from '../../support/protocol/raw-client.js';
import { closedAfterEach } from '../../support/run/closing.js';
import { startH2Upstream } from '../../support/servers/h2-upstream.js';
import { CA_FILE } from '../../support/servers/tls-upstream.js';
import { startTcpUpstream } from '../../support/servers/upstream.js';

const closing = closedAfterEach();

const PATH = '/v1/chat/completions';

/** Answers the first request of each connection, and resets the connection `workMs` after the second. */
async function setUp(workMs = 0) {
  let seen = 0;
  const upstream = await startTcpUpstream((socket) => {
    let requests = 0;
    socket.on('data', () => {
      requests += 1;
      seen += 1;
      if (requests === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      else setTimeout(() => socket.resetAndDestroy(), workMs);
    });
  });
  const daemon = await testDaemon({ policies: { retry: { firstDelayMs: 1 } } });
  closing.push(daemon.close, upstream.close);
  const client = await daemon.client();
  const ask = async (id: bigint, path = PATH, policy: RequestPolicy = {}) => {
    const request = { method: 'POST', url: `${upstream.url}${path}`, body: '{}' };
    client.send(httpStream(id, request, { policy }));
    await streamOf(client, id);
    return client.next(of(MessageType.StreamEnd, id));
  };
  return { client, ask, daemon, seen: () => seen };
}

test('a dead reused connection is replaced at once, does not count as an attempt, and is counted in health', async () => {
  const { client, ask, seen } = await setUp();
  await ask(1n);
  const { timings } = await ask(2n);
  expect(timings).toMatchObject({ attempts: 1, replaced: 1, reused: false });
  // The time on the dead connection does not count as the daemon's queue.
  expect(timings.attemptUs).toBeGreaterThan(0);
  expect(timings.queuedUs).toBeGreaterThanOrEqual(timings.attemptUs ?? 0);
  expect(client.received.some(of(MessageType.StreamRetry))).toBe(false);
  expect(seen()).toBe(3);
  client.send({ type: MessageType.HealthCheck });
  const { origins } = await client.next(of(MessageType.HealthResponse));
  expect(origins[0]?.tenants[0]).toMatchObject({ requestsTotal: 2, failuresTotal: 0, replacedTotal: 1 });
});

test('a request that is not repeatable is not sent again', async () => {
  const { ask, seen } = await setUp();
  await ask(1n, '/v1/files');
  expect(await ask(2n, '/v1/files')).toMatchObject({
    errorClass: ErrorClass.Transient,
    timings: { attempts: 1 },
  });
  expect(seen()).toBe(2);
});

test('a request that its client declares repeatable is sent again, whatever its path', async () => {
  const { ask } = await setUp();
  await ask(1n, '/v1/messages', { repeatable: true });
  const { timings } = await ask(2n, '/v1/messages', { repeatable: true });
  expect(timings).toMatchObject({ attempts: 1, replaced: 1 });
});

test('a request with one attempt is sent once, because the server may have read it', async () => {
  const { ask, seen } = await setUp();
  await ask(1n, PATH, { maxAttempts: 1 });
  const { errorClass, timings } = await ask(2n, PATH, { maxAttempts: 1 });
  expect([errorClass, timings.attempts, timings.replaced]).toEqual([ErrorClass.Transient, 1, undefined]);
  expect(seen()).toBe(2);
});

test('a connection that ends after a second was not dead: the next attempt is reported as a retry', async () => {
  const { client, ask } = await setUp(1050);
  await ask(1n);
  const { timings } = await ask(2n);
  expect([timings.attempts, timings.replaced]).toEqual([2, undefined]);
  expect(client.received.some(of(MessageType.StreamRetry))).toBe(true);
});

test('a request that several connections of HTTP/2 turn away with GOAWAY is sent until one takes it', async () => {
  const closedSessions = new Set<unknown>();
  const h2 = await startH2Upstream((stream) => {
    const { session } = stream;
    stream.respond({ ':status': 200 });
    stream.end('ok');
    // The first two connections take one request each, and then no more.
    if (closedSessions.size >= 2 || closedSessions.has(session)) return;
    closedSessions.add(session);
    setImmediate(() => session?.close());
  });
  const daemon = await testDaemon({ pool: { ca: readFileSync(CA_FILE, 'utf8') }, policies: {} });
  closing.push(daemon.close, h2.close);
  const client = await daemon.client();
  const ids = Array.from({ length: 40 }, (_, index) => BigInt(index + 1));
  for (const id of ids) client.send(httpStream(id, { method: 'POST', url: `${h2.url}${PATH}`, body: 'x' }));
  const answers = await Promise.all(ids.map((id) => streamOf(client, id)));
  expect(answers.map(({ body, end }) => end.errorMessage || body.toString())).toEqual(ids.map(() => 'ok'));
  // None was sent twice.
  expect(h2.requests).toHaveLength(40);
});
