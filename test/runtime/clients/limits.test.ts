import { expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { MessageType } from '../../../src/protocol/constants.js';
import type { Limits } from '../../../src/runtime/limits.js';
import { withLongEnough } from '../../support/clocks/long-enough.js';
import { testDaemon } from '../../support/protocol/daemon.js';
import { httpRequest, httpStream, of, streamOf } from '../../support/protocol/raw-client.js';
import { closedAfterEach } from '../../support/run/closing.js';
import { serveTogether, startUpstream } from '../../support/servers/upstream.js';

const closing = closedAfterEach();

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

test('a connection above the limit gets an error and is closed; earlier ones stay open', async () => {
  const running = await daemon({ connections: 1 });
  const first = await running.client();
  const second = await running.client();
  const refusal = await second.next(of(MessageType.ExecuteResponse, 0n));
  expect(refusal).toMatchObject({
    errorClass: ErrorClass.RateLimited,
    errorMessage: 'try again later: the daemon is at its limit of 1 connections (--max-connections)',
  });
  await second.closed;
  first.send({ type: MessageType.HealthCheck });
  expect(await first.next(of(MessageType.HealthResponse))).toMatchObject({ healthy: true });
});

test('a request above the limit of its connection is refused; the others continue', async () => {
  const client = await (await daemon({ requestsPerConnection: 2 })).client();
  const { url } = await upstream({ chunks: ['a'], end: 'hang' });
  for (const id of [1n, 2n, 3n]) client.send(httpStream(id, { method: 'GET', url }));
  const refusal = await client.next(of(MessageType.ExecuteResponse, 3n));
  expect(refusal).toMatchObject({
    errorClass: ErrorClass.RateLimited,
    errorMessage: 'this connection is at its limit of 2 running requests (--max-requests)',
  });
  await client.next(of(MessageType.StreamChunk, 1n));
  await client.next(of(MessageType.StreamChunk, 2n));
});

test('a request without a ceiling does not wait for a connection, and is not refused', async () => {
  const running = await testDaemon({ limits: { requestsPerConnection: 2, upstreamConnections: 2 } });
  closing.push(running.close);
  const client = await running.client();
  const { url, connections } = await upstream(serveTogether(5));
  const ids = [1n, 2n, 3n, 4n, 5n];
  for (const id of ids) client.send(httpStream(id, { method: 'GET', url }, { policy: { ceilings: false } }));
  for (const id of ids) expect((await streamOf(client, id)).body.toString()).toBe('ok');
  expect(connections()).toBe(5);
});

test('a frame above the limit ends the connection, and the error names the limit', async () => {
  const client = await (await daemon({ frameBytes: 1000 })).client();
  client.send(httpRequest(1n, 'x'.repeat(2000)));
  const refusal = await client.next(of(MessageType.ExecuteResponse, 0n));
  expect(refusal.errorMessage).toMatch(/over the limit of 1000$/);
  await client.closed;
});

test('an idle client’s connection is closed, unless a request runs', async () => {
  const { url } = await upstream({ chunks: ['a', 'b'], gapMs: 1500 });
  const client = await (await daemon({ clientIdleMs: 1000 })).client();
  client.send(httpStream(1n, { method: 'GET', url }));
  expect((await streamOf(client, 1n)).body.toString()).toBe('ab');
  const refusal = await client.next(of(MessageType.ExecuteResponse, 0n));
  expect(refusal.errorMessage).toBe('the client sent nothing for 1 s (--client-idle)');
  await client.closed;
});

// undici's clock for these limits ticks every half second.
test('a request to a silent provider ends, before its answer and in the middle of it', async () => {
  const mute = await upstream(() => {});
  const half = await upstream({ chunks: ['half'], end: 'hang' });
  const { limitMs, before, within } = await withLongEnough(
    async (upstreamIdleMs) => {
      const client = await (await daemon({ upstreamIdleMs })).client();
      client.send(httpStream(1n, { method: 'GET', url: mute.url }));
      client.send(httpStream(2n, { method: 'GET', url: half.url }));
      const before = (await streamOf(client, 1n)).end;
      return { limitMs: upstreamIdleMs, before, within: await streamOf(client, 2n) };
    },
    (one) => one.within.body.length > 0,
  );
  const advice = `raise --upstream-idle (now ${limitMs / 1000} s)`;
  expect(before.errorClass).toBe(ErrorClass.Timeout);
  expect(before.errorMessage).toMatch(/^http:\S+ went silent before it answered \(UND\w+\): /);
  expect(before.errorMessage).toContain(advice);
  expect(within.body.toString()).toBe('half');
  expect(within.end.errorClass).toBe(ErrorClass.Timeout);
  expect(within.end.errorMessage).toMatch(/^http:\S+ went silent after 4 bytes of body \(UND\w+\): /);
  expect(within.end.errorMessage).toContain(advice);
});
