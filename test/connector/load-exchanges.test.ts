import { expect, test } from 'vitest';
import { loadBench } from '../support/chat/load-bench.js';
import { sleepInTurns } from '../support/clocks/in-turns.js';
import { compressed } from '../support/servers/compress.js';
import { deltaOf, FINISH, type Script, sseEvents } from '../support/servers/upstream.js';

const WHOLE = sseEvents(deltaOf('one '), deltaOf('two '), deltaOf('three'), FINISH, '[DONE]');

const { serve, exchangesOf } = loadBench();

test.each([400, 200])(
  'members refused with status %i are omitted, the answer counts, and later requests omit them too',
  async (status) => {
    const { endpoint } = await serve((request, response) => {
      const refused = request.body.includes('stream_options');
      response.writeHead(refused ? status : 200, {
        'content-type': refused ? 'application/json' : 'text/event-stream',
      });
      response.end(
        refused
          ? '{"error":{"message":"Unrecognized request argument supplied: stream_options"}}'
          : WHOLE.join(''),
      );
    });
    const { exchanges, ask, notices } = exchangesOf(endpoint);
    for (const answer of await Promise.all([ask(), ask(), ask()]))
      expect(answer).toMatchObject({ outcome: 'complete', text: 'one two three', metrics: { attempts: 2 } });
    expect(await ask()).toMatchObject({ outcome: 'complete', metrics: { attempts: 1 } });
    expect(notices).toHaveLength(1);
    exchanges.close();
  },
);

test('a redirect is followed, and each request that reached a server counts as an attempt', async () => {
  const { endpoint, upstream } = await serve((request, response) => {
    if (request.path.startsWith('/moved')) response.writeHead(200).end(WHOLE.join(''));
    else response.writeHead(308, { location: '/moved' }).end();
  });
  const { exchanges, ask } = exchangesOf(endpoint);
  const first = await ask();
  expect(first).toMatchObject({ outcome: 'complete', text: 'one two three' });
  expect(first.metrics.attempts).toBe(upstream.requests.length);
  exchanges.close();
});

test('collected requests are sent when there are enough, or when all answers that arrived have been read', async () => {
  const { endpoint } = await serve({ chunks: WHOLE });
  const { exchanges, ask, sent } = exchangesOf(endpoint, {}, 3);
  const answers = [ask(), ask()];
  expect(sent()).toBe(0);
  answers.push(ask());
  expect(sent()).toBe(3);
  answers.push(ask());
  expect(sent()).toBe(3);
  const outcomes = (await Promise.all(answers)).map(({ outcome }) => outcome);
  expect([sent(), ...outcomes]).toEqual([4, 'complete', 'complete', 'complete', 'complete']);
  exchanges.close();
});

test('an abort also ends requests that wait to be sent together', async () => {
  const { endpoint } = await serve({ chunks: WHOLE });
  const { exchanges, ask } = exchangesOf(endpoint, {}, 3);
  const answers = [ask(), ask()];
  exchanges.abort();
  expect((await Promise.all(answers)).map(({ outcome }) => outcome)).toEqual(['cancelled', 'cancelled']);
  exchanges.close();
});

test('a connection carries one request after another', async () => {
  const { endpoint, upstream } = await serve({ chunks: WHOLE });
  const { exchanges, ask, gaps } = exchangesOf(endpoint);
  for (let count = 0; count < 5; count += 1) expect((await ask()).outcome).toBe('complete');
  expect([upstream.requests.length, upstream.connections()]).toEqual([5, 1]);
  expect(gaps.length).toBeLessThanOrEqual(10);
  exchanges.close();
});

test('a connection carries the next request after a refused answer', async () => {
  let served = 0;
  const { endpoint, upstream } = await serve((_request, response) => {
    served += 1;
    if (served % 2 === 1) response.writeHead(503).end('{"error":{"message":"overloaded"}}');
    else response.writeHead(200, { 'content-type': 'text/event-stream' }).end(WHOLE.join(''));
  });
  const { exchanges, ask } = exchangesOf(endpoint);
  const outcomes = [];
  for (let count = 0; count < 4; count += 1) outcomes.push((await ask()).outcome);
  expect([outcomes, upstream.connections()]).toEqual([['error', 'complete', 'error', 'complete'], 1]);
  exchanges.close();
});

test('an abort ends running requests, here and at the server', async () => {
  const { endpoint, upstream } = await serve({ chunks: WHOLE.slice(0, 1), end: 'hang' });
  const { exchanges, ask } = exchangesOf(endpoint);
  const answered = ask();
  const seen = await upstream.request(0);
  exchanges.abort();
  expect((await answered).outcome).toBe('cancelled');
  expect(await seen.ended).toBe('hung up');
  exchanges.close();
});

test('an abort also ends a request that follows a redirect', async () => {
  const { endpoint, upstream } = await serve((request, response) => {
    if (request.path.startsWith('/moved')) response.writeHead(200).write(WHOLE[0]);
    else response.writeHead(308, { location: '/moved' }).end();
  });
  const { exchanges, ask } = exchangesOf(endpoint);
  const answered = ask();
  const moved = await upstream.request(2);
  exchanges.abort();
  expect((await answered).outcome).toBe('cancelled');
  expect(await moved.ended).toBe('hung up');
  exchanges.close();
});

test.each([
  ['no headers', { delayMs: 60_000 }, { timeoutMs: 150 }, /no response headers within 0.15 s/],
  [
    'silence',
    { chunks: WHOLE.slice(0, 1), end: 'hang' as const },
    { idleMs: 150 },
    /nothing came .* for 0.15 s/,
  ],
  ['no end', { chunks: WHOLE.slice(0, 1), end: 'hang' as const }, { answerMs: 150 }, /deadline passed/],
])(
  '%s: a time limit ends the request, and the error names the limit',
  async (_name, script: Script, limits, message) => {
    const { exchanges, ask } = exchangesOf((await serve(script)).endpoint, limits);
    const { error } = await ask();
    expect([error?.getErrorClassName(), error?.message]).toEqual(['Timeout', expect.stringMatching(message)]);
    exchanges.close();
  },
);

test('bytes that arrived while this process was stopped are read before a time limit ends an answer', async () => {
  const { endpoint, upstream } = await serve(async (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(WHOLE[0]);
    await begun.promise;
    response.end(WHOLE.slice(1).join(''));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);
  });
  const begun = Promise.withResolvers<void>();
  const { exchanges, ask } = exchangesOf(endpoint, { idleMs: 2000 });
  const answered = ask();
  // By then, the first piece has been read.
  await upstream.request(0);
  await sleepInTurns(200);
  begun.resolve();
  expect(await answered).toMatchObject({ outcome: 'complete', text: 'one two three' });
  exchanges.close();
});

test('a whole answer ends soon although its connection stays open', async () => {
  const { exchanges, ask } = exchangesOf((await serve({ chunks: WHOLE, end: 'hang' })).endpoint);
  expect(await ask()).toMatchObject({ outcome: 'complete', text: 'one two three' });
  exchanges.close();
});

test('a stream in gzip that no header names is read, and the time of its first output is known', async () => {
  const { endpoint } = await serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(compressed('gzip', Buffer.from(WHOLE.join(''))));
  });
  const { exchanges, ask } = exchangesOf(endpoint);
  const { metrics, ...answer } = await ask();
  exchanges.close();
  expect(answer).toMatchObject({ outcome: 'complete', text: 'one two three' });
  expect(metrics.ttftMs).toBeGreaterThan(0);
});

test('a first token that is white space counts when it arrives', async () => {
  const { endpoint } = await serve(async (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(sseEvents(deltaOf('\n\n')).join(''));
    await sleepInTurns(200);
    response.end(WHOLE.join(''));
  });
  const { exchanges, ask } = exchangesOf(endpoint);
  const { metrics } = await ask();
  exchanges.close();
  expect((metrics.e2eMs ?? 0) - (metrics.ttftMs ?? 0)).toBeGreaterThanOrEqual(60);
});
