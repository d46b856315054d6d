import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type AnswerEvent,
  type ChatAnswer,
  ErrorClass,
  OpenAIStreamConnector,
  type RequestOptions,
} from '../../src/index.js';
import { type ForeignDaemon, startForeignDaemon } from '../support/protocol/foreign-daemon.js';
import {
  deltaOf,
  type Handler,
  serveScript,
  sseEvents,
  startUpstream,
  type Upstream,
} from '../support/servers/upstream.js';

const chunks = sseEvents(deltaOf('Hel'), deltaOf('lo'), '[DONE]');

let daemon: ForeignDaemon;
let upstream: Upstream;
let connector: OpenAIStreamConnector;
let answer: Handler;
let loses: (url: string) => boolean;

beforeEach(async () => {
  answer = serveScript({ chunks, gapMs: 20 });
  upstream = await startUpstream((request, response, raw) => answer(request, response, raw));
  loses = () => false;
  daemon = await startForeignDaemon({ loses: (url) => loses(url) });
  connector = new OpenAIStreamConnector(
    {
      openai: { api_key: 'sk-test', base_url: upstream.url },
      simulator: { enabled: false },
    },
    { socketPath: daemon.path },
  );
});
afterEach(async () => {
  await connector.close();
  await daemon.close();
  await upstream.close();
});

const ask = (options: RequestOptions = {}): Promise<ChatAnswer> =>
  connector.exchange([{ role: 'user', content: 'Hi' }], options);

describe('a chat through a daemon of the public protocol', () => {
  test('comes in one piece, is marked as buffered and has no time to the first token', async () => {
    const events: AnswerEvent[] = [];
    for await (const event of connector.stream('Hi')) events.push(event);
    expect(events.map(({ type }) => type)).toEqual(['start', 'request', 'headers', 'text', 'text', 'done']);
    expect(events[2]).toMatchObject({ buffered: true });
    const last = events.at(-1);
    expect(last).toMatchObject({
      answer: { outcome: 'complete', text: 'Hello', metrics: { buffered: true, e2eMs: expect.any(Number) } },
    });
    expect(last?.type === 'done' && last.answer.metrics.ttftMs).toBe(undefined);
  });

  test('tests its connection and lists models', async () => {
    answer = serveScript({ contentType: 'application/json', chunks: ['{"data":[{"id":"m"}]}'] });
    expect(await connector.testConnection()).toMatchObject({ statusCode: 200 });
    expect(await connector.listModels()).toEqual(['m']);
  });

  test('five at once use five connections, and none waits for another', async () => {
    const allCame = Promise.withResolvers<void>();
    answer = async (request, response, raw) => {
      if (upstream.requests.length === 5) allCame.resolve();
      await allCame.promise;
      return serveScript({ chunks })(request, response, raw);
    };
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask()));
    expect(answers.map(({ text }) => text)).toEqual(Array(5).fill('Hello'));
    expect(daemon.peak).toEqual({ perConnection: 1, total: 5 });
  });

  test('a lost answer fails only that exchange, and the next one works', async () => {
    loses = () => true;
    const lost = await ask({ timeoutMs: 300 });
    expect(lost).toMatchObject({ outcome: 'error', text: '', error: { errorClass: ErrorClass.Timeout } });
    loses = () => false;
    expect(await ask()).toMatchObject({ outcome: 'complete', text: 'Hello' });
  });

  test('an answer over the frame limit fails only that exchange, and the next one works', async () => {
    const fine = ask();
    await upstream.request(0);
    answer = serveScript({ chunks: sseEvents(deltaOf('x'.repeat(11 << 20))) });
    expect(await ask()).toMatchObject({
      outcome: 'error',
      error: { errorClass: ErrorClass.Permanent, message: expect.stringContaining('over the limit') },
    });
    expect(await fine).toMatchObject({ outcome: 'complete', text: 'Hello' });
    answer = serveScript({ chunks });
    expect(await ask()).toMatchObject({ outcome: 'complete', text: 'Hello' });
  });

  test('ends immediately when cancelled, and the next one works', async () => {
    answer = () => {};
    const aborter = new AbortController();
    const stopped = connector.exchange([{ role: 'user', content: 'Hi' }], { signal: aborter.signal });
    await upstream.request(0);
    aborter.abort();
    expect(await stopped).toMatchObject({ outcome: 'cancelled' });
    answer = serveScript({ chunks });
    expect(await ask()).toMatchObject({ outcome: 'complete', text: 'Hello' });
  });
});
