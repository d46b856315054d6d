import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { MessageType } from '../../../src/protocol/constants.js';
import type { OriginStatus } from '../../../src/protocol/health.js';
import type { ExecuteRequest } from '../../../src/protocol/messages.js';
import type { PolicyOptions } from '../../../src/runtime/policy/policies.js';
import { withLongEnough } from '../../support/clocks/long-enough.js';
import { createManualClock } from '../../support/clocks/manual-clock.js';
import { testDaemon } from '../../support/protocol/daemon.js';
import { httpStream, of, type RawClient, streamOf } from '../../support/protocol/raw-client.js';
import { closedAfterEach } from '../../support/run/closing.js';
import { freePort } from '../../support/servers/free-port.js';
import { startH2Upstream } from '../../support/servers/h2-upstream.js';
import { CA_FILE } from '../../support/servers/tls-upstream.js';
import {
  type Script,
  startTcpUpstream,
  startUpstream,
  type Upstream,
} from '../../support/servers/upstream.js';

const closing = closedAfterEach();

async function client(policies: PolicyOptions = {}): Promise<RawClient> {
  const daemon = await testDaemon({ policies: { maxAttempts: 1, ...policies } });
  closing.push(daemon.close);
  return daemon.client();
}

async function upstreamOf(script: Script): Promise<Upstream> {
  const upstream = await startUpstream(script);
  closing.push(upstream.close);
  return upstream;
}

let lastId = 0n;
async function ask(asking: RawClient, url: string, fields: Partial<ExecuteRequest> = {}) {
  lastId += 1n;
  asking.send(httpStream(lastId, { method: 'GET', url }, fields));
  return (await streamOf(asking, lastId)).end;
}

async function originOf(asking: RawClient): Promise<OriginStatus | undefined> {
  asking.send({ type: MessageType.HealthCheck });
  const health = await asking.next(
    (message) => message.type === MessageType.HealthResponse && message.origins.length > 0,
  );
  return health.type === MessageType.HealthResponse ? health.origins[0] : undefined;
}

test('a request with circuit: false is neither refused nor counted', async () => {
  const upstream = await upstreamOf({ status: 503 });
  const asking = await client();
  const policy = { circuit: false };
  for (let request = 0; request < 12; request += 1) await ask(asking, upstream.url, { policy });
  expect(upstream.requests).toHaveLength(12);
  for (let request = 0; request < 6; request += 1) await ask(asking, upstream.url);
  expect(upstream.requests).toHaveLength(17);
  await ask(asking, upstream.url, { policy });
  expect(upstream.requests).toHaveLength(18);
});

test('a local server that has not started yet does not open the circuit', async () => {
  const port = await freePort();
  const asking = await client();
  for (const host of ['127.0.0.1', 'localhost']) {
    for (let request = 0; request < 12; request += 1) {
      const { errorMessage } = await ask(asking, `http://${host}:${port}/`);
      expect(errorMessage).toMatch(/^nothing listens at/);
    }
  }
});

test('429 never opens the circuit, and a failing scope or key does not affect the others', async () => {
  const limited = await upstreamOf({ status: 429 });
  const asking = await client();
  for (let request = 0; request < 12; request += 1) await ask(asking, limited.url);
  expect(limited.requests).toHaveLength(12);

  const failing = await upstreamOf({ status: 503 });
  for (let request = 0; request < 6; request += 1) await ask(asking, failing.url, { policy: { scope: 'a' } });
  expect(failing.requests).toHaveLength(5);
  expect((await ask(asking, failing.url, { policy: { scope: 'b' } })).errorClass).toBe(ErrorClass.Success);
  const payload = { method: 'GET', url: failing.url, headers: { authorization: 'Bearer other' } };
  asking.send(httpStream(900n, payload, { policy: { scope: 'a' } }));
  expect((await streamOf(asking, 900n)).end.errorClass).toBe(ErrorClass.Success);
  expect(failing.requests).toHaveLength(7);
});

test('after five failures the sixth request is refused, and the error says when to try again', async () => {
  const upstream = await upstreamOf({ status: 503 });
  const clock = createManualClock();
  const asking = await client({ clock });
  for (let request = 0; request < 5; request += 1) await ask(asking, upstream.url);
  const end = await ask(asking, upstream.url);
  expect(end).toMatchObject({ errorClass: ErrorClass.Transient, retryAfterMs: 5000 });
  expect(end.errorMessage).toBe(
    `try again in 5 s: the circuit for ${upstream.url} is open (5 failures in a row, the last one: status 503)`,
  );
  expect(upstream.requests).toHaveLength(5);
  expect(await originOf(asking)).toMatchObject({
    origin: upstream.url,
    circuit: 'open',
    circuitRetryAtMs: clock.wallNow() + 5000,
  });
});

test('health reports the circuit of a provider without connections', async () => {
  const origin = `http://127.0.0.2:${await freePort()}`;
  const asking = await client();
  for (let request = 0; request < 5; request += 1) await ask(asking, origin);
  expect(await originOf(asking)).toMatchObject({ origin, circuit: 'open', poolOpen: 0 });
});

test('of a hundred simultaneous requests, one is the probe', async () => {
  const upstream = await startUpstream((_request, response) => {
    if (upstream.requests.length <= 5) response.writeHead(500).end();
    else setTimeout(() => response.end('back'), 100);
  });
  closing.push(upstream.close);
  const clock = createManualClock();
  const asking = await client({ clock });
  for (let request = 0; request < 5; request += 1) await ask(asking, upstream.url);
  await clock.advance(5000);
  const ends = await Promise.all(Array.from({ length: 100 }, () => ask(asking, upstream.url)));
  expect(ends.filter(({ errorClass }) => errorClass === ErrorClass.Success)).toHaveLength(1);
  expect(upstream.requests).toHaveLength(6);
  // The probe has closed the circuit.
  expect((await ask(asking, upstream.url)).errorClass).toBe(ErrorClass.Success);
});

describe('these do not count as failures of the provider', () => {
  test.each([400, 401, 404, 409, 422])('status %i', async (status) => {
    const upstream = await upstreamOf({ status });
    const asking = await client();
    for (let request = 0; request < 12; request += 1) await ask(asking, upstream.url);
    expect(upstream.requests).toHaveLength(12);
  });

  test('a cancelled request', async () => {
    const upstream = await upstreamOf({ delayMs: 60_000 });
    const asking = await client();
    for (let request = 0; request < 12; request += 1) {
      lastId += 1n;
      asking.send(httpStream(lastId, { method: 'GET', url: upstream.url }));
      await upstream.request(request);
      asking.send({ type: MessageType.Cancel, requestId: lastId });
      await streamOf(asking, lastId);
    }
    expect(upstream.requests).toHaveLength(12);
  });
});

describe('these count as failures of the provider', () => {
  test.each([408, 500, 502])('status %i', async (status) => {
    const upstream = await upstreamOf({ status });
    const asking = await client();
    for (let request = 0; request < 8; request += 1) await ask(asking, upstream.url);
    expect(upstream.requests).toHaveLength(5);
  });

  test('a lost connection', async () => {
    let connections = 0;
    const upstream = await startTcpUpstream((socket) => {
      connections += 1;
      socket.once('data', () => socket.resetAndDestroy());
    });
    closing.push(upstream.close);
    const asking = await client();
    for (let request = 0; request < 8; request += 1) await ask(asking, upstream.url);
    expect(connections).toBe(5);
  });

  test('a deadline that passes before the answer', async () => {
    const sent = await withLongEnough(
      async (limitMs) => {
        const upstream = await upstreamOf({ delayMs: 60_000 });
        const asking = await client();
        for (let request = 0; request < 8; request += 1) {
          await ask(asking, upstream.url, { deadlineAtMs: BigInt(Date.now() + limitMs) });
        }
        return upstream.requests.length;
      },
      // With fewer, a deadline passed before its request was sent.
      (one) => one >= 5,
    );
    expect(sent).toBe(5);
  });
});

test.each(['in its answers', 'before its answers'])(
  'a lost connection of HTTP/2 counts once for all its requests, %s',
  async (when) => {
    const upstream = await startH2Upstream((stream) => {
      if (stream.session !== upstream.sessions[0])
        return stream.respond({ ':status': 200 }, { endStream: true });
      if (when === 'before its answers') return;
      stream.respond({ ':status': 200 });
      stream.write('half');
    });
    const pool = { ca: readFileSync(CA_FILE, 'utf8') };
    const daemon = await testDaemon({ policies: { maxAttempts: 1 }, pool });
    closing.push(daemon.close, upstream.close);
    const asking = await daemon.client();
    const ends = Array.from({ length: 8 }, () => ask(asking, upstream.url));
    await expect.poll(() => upstream.requests.length).toBe(8);
    upstream.sessions[0]?.destroy();
    for (const { errorClass } of await Promise.all(ends)) expect(errorClass).toBe(ErrorClass.Transient);
    expect((await ask(asking, upstream.url)).errorClass).toBe(ErrorClass.Success);
  },
);

test('each tenant has its own circuits', async () => {
  const upstream = await upstreamOf({ status: 503 });
  const asking = await client();
  for (let request = 0; request < 6; request += 1) await ask(asking, upstream.url, { tenantId: 'a' });
  expect((await ask(asking, upstream.url, { tenantId: 'b' })).errorClass).toBe(ErrorClass.Success);
  expect(upstream.requests).toHaveLength(6);
});

test('of a thousand requests to a dead provider, a few are attempted and the rest fail at once', async () => {
  let connections = 0;
  const upstream = await startTcpUpstream((socket) => {
    connections += 1;
    socket.destroy();
  });
  closing.push(upstream.close);
  const asking = await client({ maxAttempts: 3, random: () => 0 });
  const ids: bigint[] = [];
  for (let request = 0; request < 10; request += 1) {
    lastId += 1n;
    ids.push(lastId);
    asking.send(httpStream(lastId, { method: 'GET', url: upstream.url }));
  }
  await Promise.all(ids.map((id) => streamOf(asking, id)));
  for (let request = 0; request < 990; request += 1) {
    expect((await ask(asking, upstream.url)).errorClass).toBe(ErrorClass.Transient);
  }
  expect(connections).toBeLessThanOrEqual(1203);
  // Requests that found the circuit closed needed at most ten attempts and their waits.
  expect(connections).toBeLessThan(30);
});

test('the retry budget in health decreases with each retry', async () => {
  const upstream = await upstreamOf({ status: 409 });
  const asking = await client({ maxAttempts: 2, random: () => 0 });
  await ask(asking, upstream.url);
  expect((await asking.next(of(MessageType.StreamRetry))).maxAttempts).toBe(2);
  expect(await originOf(asking)).toMatchObject({ circuit: 'closed', retryBudget: 2 });
});
