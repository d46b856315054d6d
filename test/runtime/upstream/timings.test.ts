import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { MessageType } from '../../../src/protocol/constants.js';
import type { StreamEnd, StreamStart } from '../../../src/protocol/messages.js';
import { createTimeline, nowUs } from '../../../src/runtime/upstream/timings.js';
import { testDaemon } from '../../support/protocol/daemon.js';
import { chunksOf, httpStream, of, type RawClient, streamOf } from '../../support/protocol/raw-client.js';
import { closedAfterEach } from '../../support/run/closing.js';
import { startUpstream } from '../../support/servers/upstream.js';

const closing = closedAfterEach();

async function stream(
  client: RawClient,
  id: bigint,
  url: string,
): Promise<{ start: StreamStart; end: StreamEnd }> {
  client.send(httpStream(id, { method: 'GET', url }));
  const start = await client.next(of(MessageType.StreamStart, id));
  return { start, end: (await streamOf(client, id)).end };
}

test('the times of a new connection are in order, and agree with times measured by the client', async () => {
  const daemon = await testDaemon();
  const client = await daemon.client();
  const upstream = await startUpstream({
    delayMs: 50,
    chunks: ['a', 'b'],
    async onSend(index) {
      if (index === 0) return;
      await client.next(of(MessageType.StreamChunk, 1n));
      await sleep(120);
    },
  });
  closing.push(daemon.close, upstream.close);
  const begin = performance.now();
  // Use a host name, so that it is resolved.
  const { start, end } = await stream(client, 1n, `http://localhost:${upstream.port}/`);
  const tookUs = (performance.now() - begin) * 1000;

  const { queuedUs, dnsUs, connectUs, tlsUs, sentUs, firstByteUs, lastByteUs, ...rest } = end.timings;
  expect(rest).toEqual({ reused: false, attempts: 1, handshakeUs: expect.any(Number) });
  // The name may have other addresses, which were tried before.
  expect(rest.handshakeUs).toBeLessThanOrEqual(Number(connectUs) - Number(dnsUs));
  expect(tlsUs).toBeUndefined();
  const points = [0, queuedUs, dnsUs, connectUs, sentUs, firstByteUs, lastByteUs].map(Number);
  expect(points).toEqual(points.toSorted((a, b) => a - b));
  expect(points.every(Number.isInteger)).toBe(true);
  expect(Number(firstByteUs) - Number(sentUs)).toBeGreaterThan(40_000);
  expect(Number(lastByteUs) - Number(firstByteUs)).toBeGreaterThan(100_000);
  expect(end.durationUs).toBeGreaterThanOrEqual(Number(lastByteUs));
  expect(end.durationUs).toBeLessThan(tookUs);

  expect(start.timings).toEqual({ ...end.timings, lastByteUs: undefined });
  const [first, second] = chunksOf(client, 1n);
  expect(first?.offsetUs).toBeGreaterThanOrEqual(Number(firstByteUs));
  expect(second?.offsetUs).toBeLessThanOrEqual(Number(lastByteUs));
});

test('a pooled connection is marked reused, and has no dns, connect or tls', async () => {
  const daemon = await testDaemon();
  const upstream = await startUpstream({ chunks: ['a'] });
  closing.push(daemon.close, upstream.close);
  const client = await daemon.client();
  await stream(client, 1n, upstream.url);
  const { end } = await stream(client, 2n, upstream.url);
  expect(upstream.connections()).toBe(1);
  expect(end.timings).toMatchObject({ reused: true, attempts: 1 });
  expect(end.timings).not.toHaveProperty('connectUs');
  expect(end.timings).not.toHaveProperty('dnsUs');
  expect(end.timings.queuedUs).toBeGreaterThanOrEqual(0);
  // The figure from when the connection was opened.
  expect(end.timings.handshakeUs).toBeGreaterThan(0);
});

test('the timings of an answer after a failed attempt and a redirect show when each part began', async () => {
  const daemon = await testDaemon({ policies: { random: () => 0, retry: { firstDelayMs: 200 } } });
  let requestCount = 0;
  const upstream = await startUpstream((request, response) => {
    requestCount += 1;
    if (requestCount === 1) response.writeHead(503).end();
    else if (request.path === '/') {
      setTimeout(() => response.writeHead(307, { location: '/there' }).end(), 100);
    } else response.end('yes');
  });
  closing.push(daemon.close, upstream.close);
  const { end } = await stream(await daemon.client(), 1n, `${upstream.url}/`);
  const { attemptUs, redirectedUs, queuedUs, sentUs, firstByteUs, ...rest } = end.timings;
  expect(rest).toMatchObject({ attempts: 3, redirects: 1 });
  const points = [attemptUs, redirectedUs, queuedUs, sentUs, firstByteUs].map(Number);
  expect(points).toEqual(points.toSorted((a, b) => a - b));
  // The wait before the second attempt is at least half of the first delay.
  expect(Number(attemptUs)).toBeGreaterThan(95_000);
  expect(Number(redirectedUs) - Number(attemptUs)).toBeGreaterThan(90_000);
});

test('waiting for a pooled connection counts as queued', async () => {
  const daemon = await testDaemon({ pool: { connections: 1 } });
  const upstream = await startUpstream({ delayMs: 500, chunks: ['a'] });
  closing.push(daemon.close, upstream.close);
  const client = await daemon.client();
  const [first, second] = await Promise.all([
    stream(client, 1n, upstream.url),
    stream(client, 2n, upstream.url),
  ]);
  expect(upstream.connections()).toBe(1);
  // The second request waits for the whole first answer, from a moment at which the first request was no longer queued.
  expect(Number(second.end.timings.queuedUs) - Number(first.end.timings.queuedUs)).toBeGreaterThan(90_000);
});

test('health reports the pool of each origin', async () => {
  const daemon = await testDaemon({ pool: { connections: 1 } });
  const upstream = await startUpstream({ chunks: ['a'], end: 'hang' });
  closing.push(daemon.close, upstream.close);
  const client = await daemon.client();
  client.send(httpStream(1n, { method: 'GET', url: upstream.url }));
  client.send(httpStream(2n, { method: 'GET', url: upstream.url }));
  await client.next(of(MessageType.StreamChunk, 1n));
  client.send({ type: MessageType.HealthCheck });
  const health = await client.next(of(MessageType.HealthResponse));
  expect(health).toMatchObject({ activeRequests: 2, streamsOpen: 2 });
  expect(health.origins).toEqual([
    {
      origin: upstream.url,
      poolOpen: 1,
      poolBusy: 1,
      poolQueued: 1,
      circuit: 'closed',
      circuitRetryAtMs: 0,
      retryBudget: 3,
      tenants: [
        {
          tenant: 'test',
          requestsTotal: 0,
          failuresTotal: 0,
          replacedTotal: 0,
          firstByteP50Us: 0,
          firstByteP95Us: 0,
          firstByteP99Us: 0,
          running: 2,
          streams: 2,
          poolOpen: 1,
          poolBusy: 1,
          poolQueued: 1,
          protocol: 'http/1.1',
          circuit: 'closed',
          circuitRetryAtMs: 0,
          retryBudget: 3,
        },
      ],
    },
  ]);
});

test('a stream that is cancelled while it is queued never reaches the upstream', async () => {
  const daemon = await testDaemon({ pool: { connections: 1 } });
  const upstream = await startUpstream({ chunks: ['a'], delayMs: 60 });
  closing.push(daemon.close, upstream.close);
  const client = await daemon.client();
  for (const id of [1n, 2n, 3n]) client.send(httpStream(id, { method: 'GET', url: `${upstream.url}/${id}` }));
  client.send({ type: MessageType.Cancel, requestId: 2n });
  expect((await streamOf(client, 2n)).end.cancelled).toBe(true);
  await streamOf(client, 3n);
  expect(upstream.requests.map((request) => request.path)).toEqual(['/1', '/3']);
  expect(upstream.connections()).toBe(1);
});

test('many reads of one turn of the event loop share a time, and come after their request', async () => {
  const [first, second] = [createTimeline(nowUs()), createTimeline(nowUs())];
  first.mark('sentUs');
  let readUs = first.readUs();
  // Two close reads begin to share; this thread may pause between two.
  for (let next = first.readUs(); next !== readUs; next = first.readUs()) readUs = next;
  expect(readUs).toBeGreaterThanOrEqual(Number(first.timings.sentUs));
  // The work of another read.
  while (first.elapsedUs() < readUs + 2000);
  expect(first.readUs()).toBe(readUs);
  second.mark('sentUs');
  expect(second.readUs()).toBe(second.timings.sentUs);
  await new Promise(setImmediate);
  expect(first.readUs()).toBeGreaterThan(readUs);
});
