import { once } from 'node:events';
import { expect, test } from 'vitest';
import { DEFAULT_WINDOW_BYTES, MessageType } from '../../../src/protocol/constants.js';
import { settled } from '../../support/clocks/settled.js';
import { type TestDaemon, testDaemon } from '../../support/protocol/daemon.js';
import { chunksOf, httpStream, of, type RawClient, streamOf } from '../../support/protocol/raw-client.js';
import { closedAfterEach } from '../../support/run/closing.js';
import { startUpstream, type Upstream } from '../../support/servers/upstream.js';

const TOTAL = 32 * 1024 * 1024;
const PIECE = Buffer.alloc(64 * 1024, 'x');
/** One read of the upstream's socket: the window may be exceeded by this much. */
const ONE_READ = 64 * 1024;

const closing = closedAfterEach();

/** A daemon, and an upstream that sends 32 MiB at `/big` as fast as it is read, and "small" elsewhere. */
async function setUp(): Promise<{ daemon: TestDaemon; upstream: Upstream; written: () => number }> {
  let written = 0;
  const daemon = await testDaemon();
  const upstream = await startUpstream(async (request, response) => {
    if (request.path !== '/big') {
      response.end('small');
      return;
    }
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    while (written < TOTAL && !gone.signal.aborted) {
      written += PIECE.length;
      if (!response.write(PIECE)) await once(response, 'drain', { signal: gone.signal }).catch(() => {});
    }
    response.end();
  });
  closing.push(daemon.close, upstream.close);
  return { daemon, upstream, written: () => written };
}

const received = (client: RawClient, id: bigint): number =>
  chunksOf(client, id).reduce((sum, chunk) => sum + chunk.payload.length, 0);

test('a stream without grants stops at its window, and does not delay another stream', async () => {
  const { daemon, upstream, written } = await setUp();
  const client = await daemon.client();
  client.send(httpStream(1n, { method: 'GET', url: `${upstream.url}/big` }));
  const got = await settled(() => received(client, 1n), DEFAULT_WINDOW_BYTES);
  expect(got).toBeLessThan(DEFAULT_WINDOW_BYTES + ONE_READ);
  // Backpressure reaches the upstream: further bytes that it wrote are in the kernel's buffers.
  expect(written()).toBeLessThan(TOTAL);

  client.send(httpStream(2n, { method: 'GET', url: `${upstream.url}/small` }));
  expect((await streamOf(client, 2n)).body.toString()).toBe('small');
  expect(received(client, 1n)).toBe(got);
});

test('a grant lets about that many further bytes through, and only for its stream', async () => {
  const { daemon, upstream } = await setUp();
  const client = await daemon.client();
  client.send(httpStream(1n, { method: 'GET', url: `${upstream.url}/big` }));
  client.send(httpStream(2n, { method: 'GET', url: `${upstream.url}/big` }));
  const first = await settled(() => received(client, 1n), DEFAULT_WINDOW_BYTES);
  const second = await settled(() => received(client, 2n), DEFAULT_WINDOW_BYTES);
  client.send({ type: MessageType.CreditUpdate, requestId: 1n, creditDelta: 500_000, totalCredits: 0 });
  const more = (await settled(() => received(client, 1n), DEFAULT_WINDOW_BYTES + 500_000)) - first;
  expect(Math.abs(more - 500_000)).toBeLessThan(ONE_READ);
  expect(received(client, 2n)).toBe(second);
  // Zero and negative credits grant nothing.
  client.send({ type: MessageType.CreditUpdate, requestId: 2n, creditDelta: 0, totalCredits: 0 });
  client.send({ type: MessageType.CreditUpdate, requestId: 2n, creditDelta: -5, totalCredits: 0 });
  client.send({ type: MessageType.HealthCheck });
  await client.next(of(MessageType.HealthResponse));
  expect(received(client, 2n)).toBe(second);
});

test('a reader that grants as it consumes gets the whole body, in order', async () => {
  const { daemon, upstream } = await setUp();
  const client = await daemon.client();
  let seen = 0;
  client.socket.on('data', () => {
    const now = received(client, 1n);
    if (now - seen < DEFAULT_WINDOW_BYTES / 2) return;
    client.send({ type: MessageType.CreditUpdate, requestId: 1n, creditDelta: now - seen, totalCredits: 0 });
    seen = now;
  });
  client.send(httpStream(1n, { method: 'GET', url: `${upstream.url}/big` }));
  const { end } = await streamOf(client, 1n);
  expect(end.bytes).toBe(TOTAL);
  expect(received(client, 1n)).toBe(TOTAL);
  expect(chunksOf(client, 1n).every((chunk, index) => chunk.sequence === index)).toBe(true);
});

test('a client that does not read its socket costs bounded memory, even if it grants without limit', async () => {
  const { daemon, upstream, written } = await setUp();
  const client = await daemon.client();
  client.send({ type: MessageType.HealthCheck });
  await client.next(of(MessageType.HealthResponse));
  client.socket.pause();
  client.send(httpStream(1n, { method: 'GET', url: `${upstream.url}/big` }));
  client.send({ type: MessageType.CreditUpdate, requestId: 1n, creditDelta: 2 ** 31 - 1, totalCredits: 0 });
  const held = await settled(written, 1);
  expect(held).toBeLessThan(TOTAL / 2);
  client.socket.resume();
  expect((await streamOf(client, 1n)).end.bytes).toBe(TOTAL);
});

test('a paused stream can be cancelled', async () => {
  const { daemon, upstream } = await setUp();
  const client = await daemon.client();
  client.send(httpStream(1n, { method: 'GET', url: `${upstream.url}/big` }));
  await settled(() => received(client, 1n), DEFAULT_WINDOW_BYTES);
  client.send({ type: MessageType.Cancel, requestId: 1n });
  expect((await streamOf(client, 1n)).end.cancelled).toBe(true);
  expect(await (await upstream.request(0)).ended).toBe('hung up');
});
