import { expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { MessageType } from '../../../src/protocol/constants.js';
import { systemClock } from '../../../src/runtime/policy/clock.js';
import type { PolicyOptions } from '../../../src/runtime/policy/policies.js';
import { METHODS } from '../../../src/runtime/upstream/http-request.js';
import { hastyClock } from '../../support/clocks/hasty-clock.js';
import { withLongEnough } from '../../support/clocks/long-enough.js';
import { testDaemon } from '../../support/protocol/daemon.js';
import {
  httpRequest,
  httpStream,
  jsonOf,
  of,
  type RawClient,
  streamOf,
} from '../../support/protocol/raw-client.js';
import { closedAfterEach } from '../../support/run/closing.js';
import { freePort } from '../../support/servers/free-port.js';
import {
  type Handler,
  type Script,
  serveScript,
  startTcpUpstream,
  startUpstream,
  type Upstream,
} from '../../support/servers/upstream.js';

const closing = closedAfterEach();

async function client(policies: PolicyOptions = {}): Promise<RawClient> {
  const daemon = await testDaemon({ policies: { clock: hastyClock, random: () => 0, ...policies } });
  closing.push(daemon.close);
  return daemon.client();
}

/** Starts an upstream that uses one script for each of its first requests, and the last script for all later ones. */
async function upstreamOf(...scripts: readonly Script[]): Promise<Upstream> {
  let served = 0;
  const handler: Handler = (request, response, raw) => {
    const script = scripts[Math.min(served, scripts.length - 1)] ?? {};
    served += 1;
    return serveScript(script)(request, response, raw);
  };
  const upstream = await startUpstream(handler);
  closing.push(upstream.close);
  return upstream;
}

const chat = (upstream: { url: string }) => ({
  method: 'POST',
  url: `${upstream.url}/v1/chat/completions`,
  body: '{"a":1}',
});

test('a stream is retried, and each attempt is reported when it happens', async () => {
  const upstream = await upstreamOf(
    { status: 503, chunks: ['no'] },
    { status: 429, headers: { 'retry-after': '1' } },
    { chunks: ['yes'] },
  );
  const asking = await client();
  asking.send(httpStream(1n, chat(upstream)));
  const { body, end } = await streamOf(asking, 1n);
  expect(body.toString()).toBe('yes');
  expect(end).toMatchObject({ errorClass: ErrorClass.Success, timings: { attempts: 3 } });
  expect(asking.received.map(({ type }) => MessageType[type])).toEqual([
    'StreamRetry',
    'StreamRetry',
    'StreamStart',
    'StreamChunk',
    'StreamEnd',
  ]);
  expect(asking.received.filter(of(MessageType.StreamRetry))).toMatchObject([
    {
      requestId: 1n,
      attempt: 2,
      maxAttempts: 3,
      delayMs: 250,
      statusCode: 503,
      reason: `${upstream.url} answered 503`,
    },
    { requestId: 1n, attempt: 3, maxAttempts: 3, delayMs: 1000, statusCode: 429 },
  ]);
  // Each attempt sends the whole request.
  expect(upstream.requests.map((request) => request.body.toString())).toEqual(Array(3).fill('{"a":1}'));
});

test('the last failing answer is passed on unchanged', async () => {
  const upstream = await upstreamOf({ status: 503, headers: { 'x-n': '1' }, chunks: ['overloaded'] });
  const asking = await client();
  asking.send(httpStream(1n, chat(upstream)));
  const { body, end } = await streamOf(asking, 1n);
  expect([body.toString(), end.errorClass]).toEqual(['overloaded', ErrorClass.Success]);
  expect(await asking.next(of(MessageType.StreamStart))).toMatchObject({ statusCode: 503 });
  expect(upstream.requests).toHaveLength(3);
});

test('a request can set fewer or more attempts than the daemon’s setting', async () => {
  const upstream = await upstreamOf({ status: 503 });
  const asking = await client({ retry: { budgetMin: 10 } });
  asking.send(httpStream(1n, chat(upstream), { policy: { maxAttempts: 1 } }));
  expect((await streamOf(asking, 1n)).end.timings.attempts).toBe(1);
  asking.send(httpStream(2n, chat(upstream), { policy: { maxAttempts: 4 } }));
  expect((await streamOf(asking, 2n)).end.timings.attempts).toBe(4);
  expect(upstream.requests).toHaveLength(5);
});

test('a buffered request gets one answer, the successful one, with its timings', async () => {
  const upstream = await upstreamOf({ status: 500, chunks: ['no'] }, { chunks: ['yes'] });
  const asking = await client();
  asking.send(httpRequest(1n, { method: 'GET', url: upstream.url }));
  const answer = await asking.next(of(MessageType.ExecuteResponse, 1n));
  expect(jsonOf(answer)).toMatchObject({ status_code: 200, body: 'yes' });
  expect(answer.timings).toMatchObject({ attempts: 2 });
  expect(asking.received).toHaveLength(1);
});

test('no wait over 60 s begins: the client gets the answer that demands it', async () => {
  const upstream = await upstreamOf({ status: 429, headers: { 'retry-after': '61' }, chunks: ['later'] });
  const asking = await client();
  asking.send(httpStream(1n, chat(upstream)));
  expect((await streamOf(asking, 1n)).body.toString()).toBe('later');
  const start = await asking.next(of(MessageType.StreamStart, 1n));
  expect(start.headers).toContainEqual(['retry-after', '61']);
  expect(upstream.requests).toHaveLength(1);
});

test('a request is retried when its connection ends before the head', async () => {
  let connections = 0;
  const upstream = await startTcpUpstream((socket) => {
    connections += 1;
    if (connections === 1) socket.once('data', () => socket.resetAndDestroy());
    else socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
  });
  closing.push(upstream.close);
  const asking = await client();
  asking.send(httpStream(1n, chat(upstream)));
  expect((await streamOf(asking, 1n)).body.toString()).toBe('ok');
  const retry = await asking.next(of(MessageType.StreamRetry, 1n));
  expect(retry.statusCode).toBeUndefined();
  expect(retry.reason).toContain('closed the connection before it answered');
});

test('after the first forwarded byte there is no further attempt', async () => {
  const upstream = await upstreamOf({ chunks: ['half'], end: 'cut' });
  const asking = await client();
  asking.send(httpStream(1n, chat(upstream)));
  const { body, end } = await streamOf(asking, 1n);
  expect([body.toString(), end.errorClass]).toEqual(['half', ErrorClass.Transient]);
  expect(upstream.requests).toHaveLength(1);
});

test('after the head was forwarded there is no further attempt, though no body byte has arrived', async () => {
  const upstream = await upstreamOf({ chunks: [], end: 'cut' });
  const asking = await client();
  asking.send(httpStream(1n, chat(upstream)));
  expect((await streamOf(asking, 1n)).end.errorClass).toBe(ErrorClass.Transient);
  expect(upstream.requests).toHaveLength(1);
});

test('a buffered response that was cut off is retried, because the client has received no part of it', async () => {
  const upstream = await upstreamOf({ chunks: ['half of it'], end: 'cut' }, { chunks: ['whole'] });
  const asking = await client();
  asking.send(httpRequest(1n, chat(upstream)));
  const answer = await asking.next(of(MessageType.ExecuteResponse, 1n));
  expect(jsonOf(answer).body).toBe('whole');
});

test('a request that is not repeatable is sent once', async () => {
  const upstream = await upstreamOf({ status: 503, chunks: ['no'] });
  const asking = await client();
  asking.send(httpStream(1n, { method: 'POST', url: `${upstream.url}/v1/files`, body: 'x' }));
  expect((await streamOf(asking, 1n)).body.toString()).toBe('no');
  expect(upstream.requests).toHaveLength(1);
});

test('a request that its client declares repeatable is retried', async () => {
  const upstream = await upstreamOf({ status: 503, chunks: ['no'] }, { chunks: ['yes'] });
  const asking = await client();
  const request = { method: 'POST', url: `${upstream.url}/v1/responses`, body: 'x' };
  asking.send(httpStream(1n, request, { policy: { repeatable: true } }));
  expect((await streamOf(asking, 1n)).body.toString()).toBe('yes');
});

test('a refused connection is retried with any method, because nothing was sent', async () => {
  const port = await freePort();
  const asking = await client();
  asking.send(httpStream(1n, { method: 'PATCH', url: `http://127.0.0.1:${port}`, body: 'x' }));
  const { end } = await streamOf(asking, 1n);
  expect(end).toMatchObject({ errorClass: ErrorClass.Transient, timings: { attempts: 3 } });
});

test('a cancel ends a wait of 50 s at once', async () => {
  const upstream = await upstreamOf({ status: 503, headers: { 'retry-after': '50' } });
  const asking = await client({ clock: systemClock });
  asking.send(httpStream(1n, chat(upstream)));
  await asking.next(of(MessageType.StreamRetry, 1n));
  asking.send({ type: MessageType.Cancel, requestId: 1n });
  expect((await streamOf(asking, 1n)).end.cancelled).toBe(true);
  expect(upstream.requests).toHaveLength(1);
});

test('no attempt begins without time before the deadline', async () => {
  const upstream = await upstreamOf({ status: 503, headers: { 'retry-after': '50' }, chunks: ['busy'] });
  const asking = await client({ clock: systemClock });
  asking.send(httpStream(1n, chat(upstream), { deadlineAtMs: BigInt(Date.now() + 40_000) }));
  expect((await streamOf(asking, 1n)).body.toString()).toBe('busy');
  expect(upstream.requests).toHaveLength(1);
});

test('the deadline covers all attempts together', async () => {
  const end = await withLongEnough(
    async (limitMs) => {
      const upstream = await upstreamOf({ status: 503 }, { chunks: [], delayMs: 60_000 });
      const asking = await client();
      asking.send(httpStream(1n, chat(upstream), { deadlineAtMs: BigInt(Date.now() + limitMs) }));
      return (await streamOf(asking, 1n)).end;
    },
    ({ timings }) => timings.attempts === 2,
  );
  expect(end).toMatchObject({ errorClass: ErrorClass.Timeout, timings: { attempts: 2 } });
});

test('the budget limits retries at a provider that always fails', async () => {
  const upstream = await upstreamOf({ status: 409 });
  const asking = await client();
  const ids = Array.from({ length: 100 }, (_, index) => BigInt(index + 1));
  for (const id of ids) {
    asking.send(httpStream(id, chat(upstream)));
    await streamOf(asking, id);
  }
  // 409 never opens the circuit, so every request was sent; a fifth of them may be retried.
  expect(upstream.requests.length).toBeGreaterThan(100);
  expect(upstream.requests.length).toBeLessThanOrEqual(120);
});

test('a failing response and a failure both say that the retry budget is used up', async () => {
  const upstream = await upstreamOf({ status: 503 });
  const asking = await client({ retry: { budgetMin: 0 } });
  asking.send(httpStream(1n, chat(upstream)));
  await streamOf(asking, 1n);
  expect((await asking.next(of(MessageType.StreamStart, 1n))).headers).toContainEqual([
    'x-vastar-not-retried',
    'the retry budget is used up',
  ]);
  asking.send(httpStream(2n, { method: 'GET', url: `http://127.0.0.1:${await freePort()}` }));
  expect((await streamOf(asking, 2n)).end).toMatchObject({
    errorClass: ErrorClass.Transient,
    errorMessage: expect.stringMatching(
      /^nothing listens at .*; the daemon stopped retrying: the retry budget is used up \(docs\/protocol\.md\)$/,
    ),
  });
  expect(upstream.requests).toHaveLength(1);
});

test('a retry that is cancelled during its wait costs no budget', async () => {
  const upstream = await upstreamOf({ status: 429, headers: { 'retry-after': '50' } });
  const asking = await client({ clock: systemClock, retry: { budgetMin: 1, budgetShare: 0 } });
  for (const id of [1n, 2n]) {
    asking.send(httpStream(id, chat(upstream)));
    await asking.next(of(MessageType.StreamRetry, id));
    asking.send({ type: MessageType.Cancel, requestId: id });
    await streamOf(asking, id);
  }
  // While one retry waits, the budget allows no other.
  asking.send(httpStream(3n, chat(upstream)));
  await asking.next(of(MessageType.StreamRetry, 3n));
  asking.send(httpStream(4n, chat(upstream)));
  await streamOf(asking, 4n);
  expect((await asking.next(of(MessageType.StreamStart, 4n))).statusCode).toBe(429);
});

// A part of the decision table, tested through a whole daemon.
test.each(METHODS.flatMap((method) => [200, 404, 409, 503].map((status) => [method, status] as const)))(
  '%s answered with %i',
  async (method, status) => {
    const upstream = await upstreamOf({ status, chunks: [] });
    const asking = await client();
    asking.send(httpStream(1n, { method, url: `${upstream.url}/v1/files` }));
    expect((await streamOf(asking, 1n)).end.errorClass).toBe(ErrorClass.Success);
    expect(await asking.next(of(MessageType.StreamStart))).toMatchObject({ statusCode: status });
    const again = (status === 409 || status === 503) && method !== 'POST' && method !== 'PATCH';
    expect(upstream.requests).toHaveLength(again ? 3 : 1);
    expect(asking.received.filter(of(MessageType.StreamRetry))).toHaveLength(again ? 2 : 0);
  },
);
