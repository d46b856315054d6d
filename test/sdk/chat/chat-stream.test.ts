import { describe, expect, test } from 'vitest';
import { ConnectorException, ErrorClass } from '../../../src/common/errors.js';
import {
  type AnswerHead,
  type ChatEvent,
  type ChatResult,
  createChatStream,
  MAX_ANSWER_CHARS,
  MAX_EVENT_CHARS,
  type StreamEnding,
} from '../../../src/sdk/index.js';

const SSE: AnswerHead = { statusCode: 200, contentType: 'text/event-stream' };
const JSON_HEAD: AnswerHead = { statusCode: 200, contentType: 'application/json' };

const chunk = (delta: unknown, more: object = {}): string =>
  `data: ${JSON.stringify({ model: 'm', choices: [{ index: 0, delta, ...more }] })}\n\n`;
const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const FINISH = chunk({}, { finish_reason: 'stop' });
const DONE = 'data: [DONE]\n\n';

const read = (
  text: string,
  how: StreamEnding = { kind: 'closed' },
  head = SSE,
): { result: ChatResult; events: ChatEvent[] } => {
  const events: ChatEvent[] = [];
  const stream = createChatStream(head, (event) => events.push(event));
  stream.feed(Buffer.from(text));
  return { result: stream.end(how), events };
};

describe('how an answer ends', () => {
  const failure = new ConnectorException('the daemon closed the connection', ErrorClass.Transient, 7);
  const failed: StreamEnding = { kind: 'failed', error: failure };

  test.each<[StreamEnding, ChatResult['outcome']]>([
    [{ kind: 'closed' }, 'truncated'],
    [{ kind: 'cancelled' }, 'cancelled'],
    [{ kind: 'stalled' }, 'stalled'],
    [failed, 'error'],
  ])('%o without an end mark from the server keeps the text', (how, outcome) => {
    const { result } = read(chunk({ content: 'so far' }), how);
    expect(result).toMatchObject({ outcome, text: 'so far' });
  });

  test("a transport failure is the result's error, and an event", () => {
    const { result, events } = read('', failed);
    expect(result).toMatchObject({ outcome: 'error', error: failure });
    expect(events).toEqual([{ type: 'error', error: failure }]);
  });

  test.each<[string, string]>([
    ['[DONE]', DONE],
    ['a finish_reason', FINISH],
    ['a closing usage event', data({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } })],
  ])('after %s it is complete, for every end of the transport', (_name, end) => {
    for (const how of [failed, { kind: 'stalled' }, { kind: 'cancelled' }] satisfies StreamEnding[]) {
      expect(read(chunk({ content: 'all' }) + end, how).result).toMatchObject({
        outcome: 'complete',
        text: 'all',
      });
    }
  });

  test.each(['"[DONE]"', '[done]', ' [DONE] '])('%j is the mark of the end, too', (mark) => {
    const { result } = read(`${chunk({ content: 'a' })}data: ${mark}\n\n${chunk({ content: 'b' })}`);
    expect(result).toMatchObject({ outcome: 'complete', text: 'a', malformedEvents: 0 });
  });

  test('usage before the text does not end the answer', () => {
    const usage = data({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 0 } });
    expect(read(usage + chunk({ content: 'cut he' })).result.outcome).toBe('truncated');
  });

  test('it is over at [DONE] and at an error, even if the server keeps the connection open', () => {
    for (const end of [DONE, data({ error: { message: 'no' } })]) {
      const stream = createChatStream(SSE);
      stream.feed(Buffer.from(chunk({ content: 'a' })));
      expect(stream.over).toBe(false);
      stream.feed(Buffer.from(end));
      expect(stream.over).toBe(true);
    }
  });

  test('a complete last event counts without the blank line after it', () => {
    expect(read(`${chunk({ content: 'a' })}data: [DONE]`).result.outcome).toBe('complete');
    expect(read(`${chunk({ content: 'a' })}${FINISH.trimEnd()}\n`).result.outcome).toBe('complete');
    expect(read(`${chunk({ content: 'a' })}data: [DON`).result).toMatchObject({
      outcome: 'truncated',
      malformedEvents: 0,
    });
  });

  test('a finish_reason of "error" is an error', () => {
    const { result } = read(chunk({ content: 'a' }) + chunk({}, { finish_reason: 'error' }) + DONE);
    expect(result).toMatchObject({ outcome: 'error', text: 'a' });
  });
});

describe('the contents of a delta', () => {
  test('content as an array of parts', () => {
    const parts = [
      { type: 'text', text: 'a' },
      7,
      null,
      {},
      { type: 'image_url' },
      { type: 'text', text: 'b' },
    ];
    expect(read(chunk({ content: parts }) + DONE).result).toMatchObject({ text: 'a7b', malformedEvents: 1 });
    const thinking = [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }];
    expect(read(chunk({ content: thinking }) + DONE).result).toMatchObject({ text: '', reasoning: 'hm' });
  });

  test('reasoning by either name, and only once if both are present', () => {
    expect(read(chunk({ reasoning: 'a' }) + DONE).result.reasoning).toBe('a');
    expect(read(chunk({ reasoning_content: 'a', reasoning: 'a' }) + DONE).result.reasoning).toBe('a');
  });

  test('a refusal', () => {
    const { result, events } = read(chunk({ refusal: 'I ' }) + chunk({ refusal: 'cannot' }) + DONE);
    expect(result).toMatchObject({ refusal: 'I cannot', text: '' });
    expect(events).toContainEqual({ type: 'refusal', text: 'cannot' });
  });

  test('a message instead of a delta, but not in addition to it', () => {
    expect(read(data({ choices: [{ message: { content: 'a' } }] }) + DONE).result.text).toBe('a');
    const both = { choices: [{ delta: { content: 'b' }, message: { content: 'ab' } }] };
    expect(read(data(both) + DONE).result.text).toBe('b');
  });

  test.each([null, [], {}, { tool_calls: [null] }, { tool_calls: {} }, { images: [], audio: {} }])(
    'a delta without content: %j',
    (delta) => {
      expect(read(chunk(delta) + DONE).result).toMatchObject({
        text: '',
        outcome: 'empty',
        malformedEvents: 0,
      });
    },
  );

  test.each([
    { tool_calls: 7 },
    { tool_calls: ['call'] },
    { images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }] },
    { audio: { data: 'AA==' } },
  ])('unknown content is counted: %j', (delta) => {
    expect(read(chunk(delta) + DONE).result).toMatchObject({
      text: '',
      outcome: 'empty',
      malformedEvents: 1,
    });
  });

  test('a tool call whose arguments are neither text nor object is counted as malformed, and kept', () => {
    const call = { index: 0, id: 'c', function: { name: 'f', arguments: [1] } };
    expect(read(chunk({ tool_calls: [call] }) + DONE).result).toMatchObject({
      toolCalls: [{ id: 'c', name: 'f', arguments: '' }],
      malformedEvents: 1,
    });
  });

  test('a choice whose index is a text', () => {
    const event = { choices: [{ index: '0', delta: { content: 'a' } }] };
    expect(read(data(event) + DONE).result).toMatchObject({ text: 'a', malformedEvents: 0 });
  });

  test('a text in the format of the older completions API', () => {
    const event = { choices: [{ index: 0, text: 'a' }] };
    expect(read(data(event) + DONE).result).toMatchObject({ text: 'a', malformedEvents: 0 });
  });

  test("the model's name is in the result", () => {
    expect(read(data({ model: '', choices: [] }) + chunk({ content: 'a' }) + DONE).result.model).toBe('m');
  });
});

describe('usage', () => {
  const usageOf = (event: unknown): ChatResult['usage'] => read(data(event) + DONE).result.usage;

  test('null does not count as usage', () => {
    expect(read(data({ choices: [{ delta: {} }], usage: null }) + DONE).result).not.toHaveProperty('usage');
  });

  test('with details', () => {
    const usage = {
      prompt_tokens: 9,
      completion_tokens: 20,
      total_tokens: 29,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 12 },
    };
    expect(usageOf({ choices: [], usage })).toEqual({
      promptTokens: 9,
      completionTokens: 20,
      totalTokens: 29,
      cachedTokens: 4,
      reasoningTokens: 12,
    });
  });

  test('at other places in the event', () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    expect(usageOf({ choices: [{ delta: {} }], x_groq: { usage } })?.totalTokens).toBe(3);
    expect(usageOf({ choices: [{ delta: {}, usage }] })?.totalTokens).toBe(3);
  });

  test('without a total, or with invalid figures', () => {
    expect(usageOf({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } })?.totalTokens).toBe(3);
    expect(usageOf({ choices: [], usage: { prompt_tokens: -1, completion_tokens: 'x' } })).toBeUndefined();
    expect(usageOf({ choices: [], usage: 'many' })).toBeUndefined();
  });
});

describe('malformed events', () => {
  test.each(['{oops', '7', '"text"', '[]', '{}', '{"choices":7}'])('%s is counted and reported', (text) => {
    const { result, events } = read(`${chunk({ content: 'a' })}data: ${text}\n\n${FINISH}`);
    expect(result).toMatchObject({ outcome: 'complete', text: 'a', malformedEvents: 1 });
    expect(events).toContainEqual({ type: 'malformed', data: text });
  });

  test('an event with another name is ignored, unless it is a chunk', () => {
    const ping = `event: ping\n${data({ type: 'ping' })}`;
    expect(read(ping + chunk({ content: 'a' }) + FINISH).result.malformedEvents).toBe(0);
    expect(read(`event: completion\n${chunk({ content: 'a' })}${FINISH}`).result.text).toBe('a');
  });

  test('empty data is ignored', () => {
    expect(read(`data:\n\ndata: \n\n${FINISH}`).result).toMatchObject({
      outcome: 'empty',
      malformedEvents: 0,
    });
  });

  test('the report of a long event is shortened', () => {
    const { events } = read(`data: ${'x'.repeat(100_000)}\n\n`);
    const [event] = events;
    expect(event?.type === 'malformed' && event.data.length).toBeLessThan(400);
  });
});

describe('a body that is not an event stream', () => {
  const completion = {
    model: 'm',
    choices: [
      {
        index: 0,
        message: { content: 'Hi', tool_calls: [{ id: 'c', function: { name: 'f', arguments: '{"a":1}' } }] },
      },
    ],
  };

  test('a whole completion is read with any content type', () => {
    for (const head of [JSON_HEAD, SSE, { statusCode: 200, contentType: '' }]) {
      const { result, events } = read(` \n${JSON.stringify(completion)}`, { kind: 'closed' }, head);
      expect(result).toMatchObject({
        outcome: 'complete',
        text: 'Hi',
        toolCalls: [{ id: 'c', name: 'f' }],
        model: 'm',
      });
      expect(events.map(({ type }) => type)).toEqual(['text', 'tool_call']);
    }
  });

  test('an event stream is read with any content type', () => {
    for (const contentType of ['', 'application/json', 'text/plain']) {
      const { result } = read(
        chunk({ content: 'a' }) + DONE,
        { kind: 'closed' },
        { statusCode: 200, contentType },
      );
      expect(result).toMatchObject({ outcome: 'complete', text: 'a' });
    }
  });

  test.each([
    ['an error object', '{"error":{"message":"no such model"}}', 'no such model'],
    ["Gemini's array of one", '[{"error":{"code":400,"message":"bad key"}}]', 'bad key'],
    ['some other JSON', '{"hello":"world"}', '{"hello":"world"}'],
    ['cut JSON', '{"choices":[{"mess', 'not a chat completion'],
  ])('%s is an error', (_name, body, message) => {
    const { result } = read(body, { kind: 'closed' }, JSON_HEAD);
    expect(result.outcome).toBe('error');
    expect(result.error?.message).toContain(message);
  });

  test('a completion cut off by a cancel or a failure is not complete', () => {
    const cut = JSON.stringify(completion).slice(0, 40);
    expect(read(cut, { kind: 'cancelled' }, JSON_HEAD).result).toMatchObject({
      outcome: 'cancelled',
      text: '',
    });
    const error = new ConnectorException('lost', ErrorClass.Transient);
    expect(read(cut, { kind: 'failed', error }, JSON_HEAD).result).toMatchObject({ outcome: 'error', error });
  });

  test('the error for plain text quotes it', () => {
    const { result } = read('hello\n', { kind: 'closed' }, { statusCode: 200, contentType: 'text/plain' });
    expect(result.error?.message).toBe(
      'The provider answered with text/plain, not with an event stream: hello. Is base_url right?',
    );
  });

  test('the error for plain text that is called an event stream quotes it; only comments are a cut answer', () => {
    const { result } = read('Internal Server Error\n');
    expect(result.error?.message).toBe(
      'The provider answered with text, not with an event stream: Internal Server Error. Is base_url right?',
    );
    expect(read(': ping\n\n: ping\n\n').result.outcome).toBe('truncated');
  });

  test('chunks in lines of bare JSON are read as they arrive', () => {
    const events: ChatEvent[] = [];
    const stream = createChatStream(JSON_HEAD, (event) => events.push(event));
    const line = (delta: object, finish_reason: string | null = null): Buffer =>
      Buffer.from(`${JSON.stringify({ choices: [{ delta, finish_reason }] })}\n\n`);
    stream.feed(line({ content: 'a' }).subarray(0, 9));
    stream.feed(line({ content: 'a' }).subarray(9));
    expect(events).toEqual([{ type: 'text', text: 'a' }]);
    stream.feed(line({ content: 'b' }));
    stream.feed(line({}, 'stop'));
    expect(stream.end({ kind: 'closed' })).toMatchObject({ outcome: 'complete', text: 'ab' });
  });

  test('objects that follow each other in one event are separate events', () => {
    const one = (content: string): string => JSON.stringify({ choices: [{ delta: { content } }] });
    // Quotes inside of a text are escaped, so that it is cut nowhere.
    const { result } = read(`data: ${one('a')} ${one('b}{"c')}\n\n${DONE}`);
    expect(result).toMatchObject({ text: 'ab}{"c', malformedEvents: 0 });
  });

  test('an empty body is a truncated answer', () => {
    expect(read('').result.outcome).toBe('truncated');
    expect(read('', { kind: 'closed' }, JSON_HEAD).result.outcome).toBe('truncated');
  });
});

describe('limits', () => {
  const megabyte = Buffer.alloc(1 << 20, 'x');

  test('an endless line is a typed error, and further bytes are not kept', () => {
    const stream = createChatStream(SSE);
    stream.feed(Buffer.from('data: '));
    const before = process.memoryUsage().rss;
    for (let fed = 0; fed < 256; fed += 1) stream.feed(megabyte);
    expect(process.memoryUsage().rss - before).toBeLessThan(128 << 20);
    expect(stream.over).toBe(true);
    const { error, outcome } = stream.end({ kind: 'closed' });
    expect(outcome).toBe('error');
    expect(error).toMatchObject({ errorClass: ErrorClass.Permanent, hop: 'provider' });
    expect(error?.message).toContain(String(MAX_EVENT_CHARS));
  });

  test('an endless JSON text is a typed error', () => {
    const stream = createChatStream(JSON_HEAD);
    stream.feed(Buffer.from('{"a":"'));
    for (let fed = 0; fed < 32; fed += 1) stream.feed(megabyte);
    expect(stream.end({ kind: 'closed' }).error?.message).toContain(String(MAX_EVENT_CHARS));
  });

  test('an endless answer is a typed error', () => {
    const stream = createChatStream(SSE);
    const event = Buffer.from(chunk({ content: 'x'.repeat(8 << 20) }));
    for (let fed = 0; fed < 10 && !stream.over; fed += 1) stream.feed(event);
    const { error, text } = stream.end({ kind: 'closed' });
    expect(error?.message).toContain(String(MAX_ANSWER_CHARS));
    expect(text.length).toBeLessThanOrEqual(MAX_ANSWER_CHARS + (8 << 20));
  });

  test('a line of 8 MiB in small pieces is read at a linear cost', () => {
    const content = 'y'.repeat(8 << 20);
    const bytes = Buffer.from(chunk({ content }) + FINISH);
    const stream = createChatStream(SSE);
    const started = process.cpuUsage();
    for (let at = 0; at < bytes.length; at += 1460) stream.feed(bytes.subarray(at, at + 1460));
    const { user, system } = process.cpuUsage(started);
    expect(stream.end({ kind: 'closed' }).text.length).toBe(content.length);
    // Joining all earlier pieces for each piece would copy 24 GB.
    expect((user + system) / 1000).toBeLessThan(1000);
  });
});
