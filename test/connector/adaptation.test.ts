import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AnswerEvent, type ConfigObject, OpenAIStreamConnector } from '../../src/index.js';
import { withLongEnough } from '../support/clocks/long-enough.js';
import { type TestDaemon, testDaemon } from '../support/protocol/daemon.js';
import {
  deltaOf,
  FINISH,
  serveScript,
  sseEvents,
  startUpstream,
  type Upstream,
} from '../support/servers/upstream.js';

let daemon: TestDaemon;
let upstream: Upstream;
let connector: OpenAIStreamConnector;
/** The member that the provider refuses, and the refusal's body. */
let refusals: Readonly<Record<string, { status?: number; body: unknown; delayMs?: number }>>;

const ANSWER = serveScript({ chunks: sseEvents(deltaOf('Hel'), deltaOf('lo'), FINISH, '[DONE]') });

const connect = (openai: ConfigObject['openai'] = {}): OpenAIStreamConnector =>
  new OpenAIStreamConnector(
    {
      openai: { api_key: 'sk-test', base_url: upstream.url, model: 'm', ...openai },
      simulator: { enabled: false },
    },
    { socketPath: daemon.path },
  );

beforeEach(async () => {
  daemon = await testDaemon();
  refusals = {};
  upstream = await startUpstream((request, response, raw) => {
    const sent = JSON.parse(request.body.toString());
    const refused = Object.entries(refusals).find(([name]) => sent[name] !== undefined)?.[1];
    if (refused === undefined) return ANSWER(request, response, raw);
    const { status = 400, body, delayMs = 0 } = refused;
    const chunks = [typeof body === 'string' ? body : JSON.stringify(body)];
    return serveScript({ status, contentType: 'application/json', chunks, delayMs })(request, response, raw);
  });
  connector = connect();
});
afterEach(async () => {
  await connector.close();
  await upstream.close();
  await daemon.close();
});

const sent = (index: number): Record<string, unknown> =>
  JSON.parse(upstream.requests[index]?.body.toString() ?? '{}');
const eventsOf = async (options = {}): Promise<AnswerEvent[]> => {
  const events: AnswerEvent[] = [];
  for await (const event of connector.stream('Hi', options)) events.push(event);
  return events;
};
const unsupported = (name: string, other: string) => ({
  error: {
    message: `Unsupported parameter: '${name}' is not supported with this model. Use '${other}' instead.`,
    param: name,
    code: 'unsupported_parameter',
  },
});

describe('a refused stream_options', () => {
  test.each([
    ['OpenAI', 400, { error: { message: 'Unrecognized request argument supplied: stream_options' } }],
    [
      'a validator',
      422,
      { detail: [{ type: 'extra_forbidden', loc: ['body', 'stream_options'], msg: 'x' }] },
    ],
    ['plain text', 400, 'json: unknown field "stream_options"'],
    ['Joi', 400, { message: '"stream_options" is not allowed' }],
  ])('is omitted from a second request and all later ones: %s', async (_name, status, body) => {
    refusals = { stream_options: { status, body } };
    const events = await eventsOf();
    expect(events.map(({ type }) => type)).toEqual([
      'start',
      'request',
      'adapted',
      'request',
      'headers',
      'text',
      'text',
      'finish',
      'done',
    ]);
    expect(events[2]).toMatchObject({
      members: ['stream_options'],
      notice: expect.stringMatching(/refuses stream_options: .* without it/),
    });
    expect(events.at(-1)).toMatchObject({ answer: { outcome: 'complete', text: 'Hello' } });
    expect((await eventsOf()).map(({ type }) => type)).not.toContain('adapted');
    expect(upstream.requests.map((_, index) => 'stream_options' in sent(index))).toEqual([
      true,
      false,
      false,
    ]);
  });

  test.each([
    ['a JSON body', '{"error":{"message":"Unrecognized request argument supplied: stream_options"}}'],
    [
      'an event',
      'data: {"error":{"message":"stream_options is not supported","code":400}}\n\ndata: [DONE]\n\n',
    ],
    ['a named event', 'event: error\ndata: {"message":"unknown field stream_options"}\n\n'],
    ['a code', '{"code":20015,"message":"The parameter stream_options is invalid.","data":null}'],
    ['a validator', '{"detail":[{"loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]}'],
  ])('is omitted after a refusal with status 200: %s', async (_name, body) => {
    refusals = { stream_options: { status: 200, body } };
    const events = await eventsOf();
    expect(events.map(({ type }) => type)).toEqual([
      'start',
      'request',
      'headers',
      'adapted',
      'request',
      'headers',
      'text',
      'text',
      'finish',
      'done',
    ]);
    expect(events.at(-1)).toMatchObject({
      answer: { outcome: 'complete', text: 'Hello', malformedEvents: 0, metrics: { attempts: 2 } },
    });
    await eventsOf();
    expect(upstream.requests.map((_, index) => 'stream_options' in sent(index))).toEqual([
      true,
      false,
      false,
    ]);
  });

  test.each([
    ['text', 'Set "stream_options" or max_tokens: both are not supported, says {"error":"bad"}'],
    ['an error as text', '{"error":{"message":"stream_options is not supported"}}'],
  ])('is sent once when an answer only writes about it: %s', async (_name, text) => {
    const events = sseEvents(deltaOf(text), FINISH, '[DONE]').join('');
    const choices = [{ index: 0, message: { content: text }, finish_reason: 'stop' }];
    const whole = { choices, message: 'from the cache', detail: 'stream_options is ignored' };
    const wrapped = { code: 0, message: 'success', data: { choices } };
    for (const body of [events, JSON.stringify(whole), JSON.stringify(wrapped)]) {
      refusals = { stream_options: { status: 200, body } };
      const answer = await connector.exchange([{ role: 'user', content: 'Hi' }]);
      expect(answer).toMatchObject({ outcome: 'complete', text, metrics: { attempts: 1 } });
    }
  });

  test('is sent once when the answer with status 200 is another error', async () => {
    refusals = {
      stream_options: { status: 200, body: { error: { message: 'no such model m', code: 400 } } },
    };
    const events = await eventsOf();
    expect(events.map(({ type }) => type)).toEqual(['start', 'request', 'headers', 'error', 'done']);
    expect(upstream.requests).toHaveLength(1);
  });

  test('is omitted after a server in Python has failed on it', async () => {
    const detail = "create() got an unexpected keyword argument 'stream_options'";
    refusals = { stream_options: { status: 500, body: { detail } } };
    const events = await eventsOf();
    expect(events.at(-1)).toMatchObject({ answer: { outcome: 'complete', text: 'Hello' } });
    expect(events).toContainEqual(expect.objectContaining({ members: ['stream_options'] }));
    expect(sent(upstream.requests.length - 1)).not.toHaveProperty('stream_options');
  });

  test('is omitted also from requests that were on their way when the first refusal came', async () => {
    refusals = { stream_options: { body: 'Unknown field stream_options', delayMs: 50 } };
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((content) => connector.exchange([{ role: 'user', content }])),
    );
    expect(answers.map(({ outcome }) => outcome)).toEqual(['complete', 'complete', 'complete']);
  });

  test('counts its time as earlier attempts, not as the wait for the provider', async () => {
    refusals = { stream_options: { body: 'stream_options unknown', delayMs: 200 } };
    const { metrics } = await connector.exchange([{ role: 'user', content: 'Hi' }]);
    expect(metrics.attempts).toBe(2);
    expect(metrics.hops.retries).toBeGreaterThan(195);
    const { decode = 0, paint = 0, ...toFirst } = metrics.hops;
    const sum = Object.values(toFirst).reduce((total, ms) => total + ms, 0);
    expect(sum).toBeCloseTo(metrics.ttftMs ?? 0, 3);
  });

  test('counts towards the time limit, whose error names the setting', async () => {
    const refuse = serveScript({ status: 400, chunks: ['stream_options unknown'], delayMs: 200 });
    const { s, count, message } = await withLongEnough(
      async (timeoutMs) => {
        await upstream.close();
        // The second request gets no answer.
        upstream = await startUpstream((request, response, raw) =>
          upstream.requests.length > 1 ? undefined : refuse(request, response, raw),
        );
        await connector.close();
        connector = connect();
        const { error } = await connector.exchange([{ role: 'user', content: 'Hi' }], { timeoutMs });
        return { s: timeoutMs / 1000, count: upstream.requests.length, message: error?.message };
      },
      (one) => one.count === 2,
    );
    expect(count).toBe(2);
    expect(message).toMatch(/^no response headers within /);
    expect(message).toContain(`within ${s} s, `);
    expect(message).toContain(`: raise timeout_ms (now ${s} s) or`);
  });

  test('is sent when adapt is false', async () => {
    await connector.close();
    connector = connect({ adapt: false });
    refusals = { stream_options: { body: { error: { message: 'Unknown field stream_options' } } } };
    const events = await eventsOf();
    expect(events.map(({ type }) => type)).toEqual(['start', 'request', 'headers', 'error', 'done']);
    expect(upstream.requests).toHaveLength(1);
  });

  test('is sent when the user set it, and the error names the setting', async () => {
    refusals = { stream_options: { body: { error: { message: 'Unknown field stream_options' } } } };
    const answer = await connector.exchange([{ role: 'user', content: 'Hi' }], {
      body: { stream_options: { include_usage: false } },
    });
    expect(answer.error?.message).toMatch(/Change or remove stream_options: .*--set stream_options=null/);
    expect(upstream.requests).toHaveLength(1);
  });

  test('is remembered for one model and not for another', async () => {
    refusals = { stream_options: { body: 'Unknown field stream_options' } };
    await eventsOf();
    expect((await eventsOf({ model: 'other' })).map(({ type }) => type)).toContain('adapted');
  });
});

describe('a refused token limit', () => {
  test.each([
    ['max_tokens', 'max_completion_tokens', { maxTokens: 50 }],
    ['max_completion_tokens', 'max_tokens', { body: { max_completion_tokens: 50 } }],
  ])('%s is sent as %s with the same value', async (name, other, options) => {
    refusals = { [name]: { body: unsupported(name, other) } };
    const events = await eventsOf(options);
    expect(events.at(-1)).toMatchObject({ answer: { outcome: 'complete' } });
    expect(sent(1)).toMatchObject({ [other]: 50 });
    expect(sent(1)).not.toHaveProperty(name);
  });

  test.each([
    "The 'max_tokens' field has been replaced by 'max_completion_tokens' for this model",
    'Invalid parameter: max_tokens. Did you mean max_completion_tokens?',
    'Parameter max_tokens is not compatible with reasoning models',
    '不支持参数 max_tokens，请使用 max_completion_tokens',
  ])('is renamed when the message says: %s', async (message) => {
    refusals = { max_tokens: { body: { error: { message } } } };
    const { outcome } = await connector.exchange([{ role: 'user', content: 'Hi' }], { maxTokens: 50 });
    expect([outcome, sent(1).max_completion_tokens]).toEqual(['complete', 50]);
  });

  test('is renamed together with a stream_options that the provider refuses next', async () => {
    refusals = {
      max_tokens: { body: unsupported('max_tokens', 'max_completion_tokens') },
      stream_options: { status: 422, body: { detail: [{ loc: ['body', 'stream_options'], msg: 'x' }] } },
    };
    const events = await eventsOf({ maxTokens: 5 });
    expect(events.at(-1)).toMatchObject({ answer: { outcome: 'complete' } });
    expect(upstream.requests).toHaveLength(3);
  });

  test('is not sent a third time when the provider refuses both names', async () => {
    refusals = {
      max_tokens: { body: unsupported('max_tokens', 'max_completion_tokens') },
      max_completion_tokens: { body: unsupported('max_completion_tokens', 'max_tokens') },
    };
    const events = await eventsOf({ maxTokens: 5 });
    expect(events.at(-1)).toMatchObject({ answer: { outcome: 'error', error: { statusCode: 400 } } });
    expect(upstream.requests).toHaveLength(2);
  });

  test('keeps its name when the provider only refuses its value', async () => {
    const message = "'max_tokens' or 'max_completion_tokens' is too large: 50. The limit is 40.";
    refusals = { max_tokens: { body: { error: { message } } } };
    const { error } = await connector.exchange([{ role: 'user', content: 'Hi' }], { maxTokens: 50 });
    expect(error?.message).toMatch(/too large: 50.*Change or remove max_tokens: .*--max-tokens/);
    expect(upstream.requests).toHaveLength(1);
  });
});

test('a temperature that the user set is never omitted, and the error names the setting', async () => {
  const message = "Unsupported value: 'temperature' does not support 0.2 with this model.";
  refusals = { temperature: { body: { error: { message, param: 'temperature' } } } };
  const { error } = await connector.exchange([{ role: 'user', content: 'Hi' }], { temperature: 0.2 });
  expect(error?.message).toContain('Change or remove temperature: chat.temperature, --temperature');
  expect(upstream.requests).toHaveLength(1);
});

test('any other refusal reaches the caller unchanged', async () => {
  refusals = { messages: { body: { error: { message: 'bad messages' } } } };
  const events = await eventsOf();
  expect(events.map(({ type }) => type)).toEqual(['start', 'request', 'headers', 'error', 'done']);
  expect(upstream.requests).toHaveLength(1);
});
