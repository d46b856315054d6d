import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { MessageType, PROTOCOL_CONSTANTS } from '../../../src/protocol/constants.js';
import { type Runtime, startRuntime } from '../../../src/runtime/server.js';
import { withLongEnough } from '../../support/clocks/long-enough.js';
import { type TestDaemon, testDaemon } from '../../support/protocol/daemon.js';
import { encodeMessage } from '../../support/protocol/encode-message.js';
import { httpRequest, jsonOf, of, type RawClient, rawClient } from '../../support/protocol/raw-client.js';
import { closedAfterEach } from '../../support/run/closing.js';
import { startUpstream } from '../../support/servers/upstream.js';

const closing = closedAfterEach();

async function daemon(options = {}): Promise<TestDaemon> {
  const started = await testDaemon(options);
  closing.push(started.close);
  return started;
}

/** Resolves when the daemon has answered a health request on this connection. */
async function isWell(client: RawClient): Promise<void> {
  const before = client.received.filter(of(MessageType.HealthResponse)).length;
  client.send({ type: MessageType.HealthCheck });
  await client.next(() => client.received.filter(of(MessageType.HealthResponse)).length > before);
}

const refusal = { requestId: 0n, errorClass: ErrorClass.InvalidRequest };

test.each<[string, Uint8Array]>([
  ['an empty payload', new Uint8Array([0, 0, 0, 1, 0])],
  ['a payload that is not a FlatBuffer', new Uint8Array([0, 0, 0, 5, 0, 0xff, 0xff, 0xff, 0xff])],
  ['an unknown frame type', new Uint8Array([0, 0, 0, 3, 99, 1, 2])],
  ['a health check without its table', new Uint8Array([0, 0, 0, 2, 4, 7])],
  [
    'a message that only daemons send',
    encodeMessage({ ...refusal, type: 1, errorMessage: '', payload: new Uint8Array(), durationUs: 0 }),
  ],
])(
  '%s gets the same answer as from the public daemon, and the connection stays open',
  async (_what, frame) => {
    const client = await (await daemon()).client();
    client.write(frame);
    const answer = await client.next(of(MessageType.ExecuteResponse));
    expect(answer).toMatchObject(refusal);
    expect(answer.errorMessage).not.toBe('');
    await isWell(client);
  },
);

test.each<[string, number[]]>([
  ['length 0', [0, 0, 0, 0, 0]],
  ['a length over the limit', [0x00, 0xa0, 0x00, 0x01, 0]],
  ['length 0xFFFFFFFF', [0xff, 0xff, 0xff, 0xff]],
])('%s gets an answer, and the connection is closed', async (_what, bytes) => {
  const client = await (await daemon()).client();
  client.write(new Uint8Array(bytes));
  const answer = await client.next(of(MessageType.ExecuteResponse));
  expect(answer).toMatchObject(refusal);
  expect(answer.errorMessage).toMatch(
    /frame of length 0$|^send less .* --max-frame-bytes: frame of \d+ bytes is over the limit/,
  );
  await client.closed;
});

test('the answer to a bad length arrives although the client continues to send', async () => {
  const client = await (await daemon()).client();
  client.write(new Uint8Array(4));
  client.write(Buffer.alloc(1024 * 1024, 1));
  expect(await client.next(of(MessageType.ExecuteResponse))).toMatchObject(refusal);
  await client.closed;
});

test('a bad frame ends only the exchanges of its connection', async () => {
  const running = await daemon();
  const upstream = await startUpstream(() => {});
  closing.push(upstream.close);
  const [client, other] = [await running.client(), await running.client()];
  client.send(httpRequest(1n, { method: 'GET', url: upstream.url }));
  const first = await upstream.request(0);
  other.send(httpRequest(1n, { method: 'GET', url: upstream.url }));
  await upstream.request(1);
  client.write(new Uint8Array(4));
  expect(await first.ended).toBe('hung up');
  await client.closed;
  await isWell(other);
  expect(other.received.some(of(MessageType.ExecuteResponse))).toBe(false);
});

test('a frame of the largest size is accepted', async () => {
  const upstream = await startUpstream((request, response) => void response.end(String(request.body.length)));
  closing.push(upstream.close);
  const client = await (await daemon()).client();
  const room = PROTOCOL_CONSTANTS.MAX_PAYLOAD_SIZE - 300 - upstream.url.length;
  client.send(httpRequest(1n, { method: 'POST', url: upstream.url, body: 'x'.repeat(room) }));
  expect(jsonOf(await client.next(of(MessageType.ExecuteResponse, 1n))).body).toBe(String(room));
});

test('a request that arrives byte by byte is served', async () => {
  const upstream = await startUpstream({ chunks: ['ok'] });
  closing.push(upstream.close);
  const client = await (await daemon()).client();
  client.socket.setNoDelay(true);
  for (const byte of encodeMessage(httpRequest(1n, { method: 'GET', url: upstream.url }))) {
    client.write(new Uint8Array([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(jsonOf(await client.next(of(MessageType.ExecuteResponse, 1n))).body).toBe('ok');
});

test('the connection is closed if a frame stays incomplete for the limit; completed frames restart the limit', async () => {
  const frame = encodeMessage({ type: MessageType.HealthCheck });
  const { limitMs, answer, answered, client } = await withLongEnough(
    async (frameTimeoutMs) => {
      const client = await (await daemon({ frameTimeoutMs })).client();
      // The client is always half a frame behind, for longer than the limit, but completes each frame in time.
      client.write(frame.subarray(0, 3));
      for (let index = 1; index <= 4; index += 1) {
        await new Promise((resolve) => setTimeout(resolve, 0.3 * frameTimeoutMs));
        client.write(Buffer.concat([frame.subarray(3), frame.subarray(0, 3)]));
      }
      const answer = await client.next(of(MessageType.ExecuteResponse));
      const answered = client.received.filter(of(MessageType.HealthResponse)).length;
      return { limitMs: frameTimeoutMs, answer, answered, client };
    },
    (one) => one.answered === 4,
  );
  expect(answer.errorMessage).toBe(
    `the client did not complete a frame within ${limitMs / 1000} s (--frame-timeout)`,
  );
  expect(answered).toBe(4);
  await client.closed;
});

test('that limit does not close an idle connection', async () => {
  const client = await (await daemon({ frameTimeoutMs: 50 })).client();
  await isWell(client);
  await new Promise((resolve) => setTimeout(resolve, 120));
  await isWell(client);
});

/** A daemon at a TCP port. */
async function tcpDaemon(): Promise<Runtime> {
  const shutdown = new AbortController();
  const runtime = await startRuntime(
    { listen: { kind: 'tcp', host: '127.0.0.1', port: 0 } },
    shutdown.signal,
  );
  closing.push(() => {
    shutdown.abort();
    return runtime.closed;
  });
  return runtime;
}

test('over TCP it serves clients like over the socket, and closes an HTTP request without an answer', async () => {
  const upstream = await startUpstream({ chunks: ['ok'] });
  closing.push(upstream.close);
  const { address } = await tcpDaemon();
  const client = await rawClient(address);
  client.send(httpRequest(1n, { method: 'GET', url: upstream.url }));
  expect(jsonOf(await client.next(of(MessageType.ExecuteResponse, 1n))).body).toBe('ok');

  const browser = await rawClient(address);
  let receivedBytes = 0;
  browser.socket.on('data', (bytes) => {
    receivedBytes += bytes.length;
  });
  browser.write('POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\n\r\nabc');
  await browser.closed;
  expect(receivedBytes).toBe(0);
  await isWell(client);
  await client.close();
});

test('when a client resets its connection, its upstream requests are aborted', async () => {
  const upstream = await startUpstream(() => {});
  closing.push(upstream.close);
  const client = await rawClient((await tcpDaemon()).address);
  client.send(httpRequest(1n, { method: 'GET', url: upstream.url }));
  const request = await upstream.request(0);
  client.socket.resetAndDestroy();
  expect(await request.ended).toBe('hung up');
});

/** A seeded random generator (mulberry32), so that a failure can be reproduced. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

test('a mutated frame ends at most its own connection, in thousands of tries', async () => {
  // The same frames in each run; `npm run fuzz:frames` tries others.
  const seed = 7;
  const random = seeded(seed);
  const wire = join(import.meta.dirname, '../../fixtures/wire');
  const frames = readdirSync(wire)
    .filter((file) => file.endsWith('.bin'))
    .map((file) => readFileSync(join(wire, file)));
  const running = await daemon({ frameTimeoutMs: 20 });
  const watcher = await running.client();
  let client = await running.client();
  let answered = 0;

  for (let round = 0; round < 3000; round += 1) {
    const frame = Buffer.from(frames[random(frames.length)] ?? []);
    for (let flips = 1 + random(4); flips > 0; flips -= 1) {
      // Mutate mostly bytes after the length, so that most frames reach the table reader.
      const at = random(10) === 0 ? random(frame.length) : 4 + random(frame.length - 4);
      frame[at] = random(2) === 0 ? random(256) : (frame[at] ?? 0) ^ (1 << random(8));
    }
    const cut = random(20) === 0 ? frame.subarray(0, random(frame.length)) : frame;
    client.write(cut);
    if (round % 10 !== 9) continue;
    // An answer or a close shows that the daemon has read the frame. A truncated frame may have swallowed the health
    // request, so send it again.
    const again = setInterval(() => client.send({ type: MessageType.HealthCheck }), 100);
    await isWell(client).catch(() => {});
    clearInterval(again);
    await isWell(watcher).catch((error: unknown) => {
      throw new Error(`seed ${seed}, round ${round}: ${String(error)}`);
    });
    answered += client.received.length;
    await client.close();
    client = await running.client();
  }
  // Most frames were complete and in step, so the daemon answered them.
  expect(answered).toBeGreaterThan(1000);
  await client.close();
  await isWell(watcher);
  // The exchanges ended together with their connections.
  await expect
    .poll(
      async () => {
        await isWell(watcher);
        return watcher.received.findLast(of(MessageType.HealthResponse));
      },
      { message: `seed ${seed}` },
    )
    .toMatchObject({ healthy: true, activeRequests: 0 });
});

test('the limit for an incomplete frame also applies after the daemon had paused reading', async () => {
  const upstream = await startUpstream({ chunks: ['x'.repeat(4 * 1024 * 1024)] });
  closing.push(upstream.close);
  const running = await daemon({ frameTimeoutMs: 50 });
  const [client, watcher] = [await running.client(), await running.client()];
  client.socket.pause();
  client.send(httpRequest(1n, { method: 'GET', url: upstream.url }));
  await (await upstream.request(0)).ended;
  await expect
    .poll(async () => {
      await isWell(watcher);
      return watcher.received.findLast(of(MessageType.HealthResponse))?.activeRequests;
    })
    .toBe(0);
  // The socket is full now, so the daemon stops reading right after this.
  client.write(new Uint8Array([0, 0, 0]));
  await isWell(watcher);
  client.socket.resume();
  expect(await client.next(of(MessageType.ExecuteResponse, 0n))).toMatchObject({
    errorMessage: expect.stringContaining('--frame-timeout'),
  });
  await client.closed;
});
