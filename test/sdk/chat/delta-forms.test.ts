import { describe, expect, test } from 'vitest';
import { ConnectorException, ErrorClass } from '../../../src/common/errors.js';
import { type ChatResult, createChatStream } from '../../../src/sdk/index.js';
import { deltaOf, FINISH, sseEvents } from '../../support/servers/upstream.js';

function read(delta: unknown, more: object = {}): ChatResult {
  const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
  const chunk = { model: 'm', choices: [{ index: 0, delta, ...more }] };
  stream.feed(Buffer.from(sseEvents(JSON.stringify(chunk), '[DONE]').join('')));
  return stream.end({ kind: 'closed' });
}

test.each([
  'Hi',
  ['Hi'],
  [{ content: 'Hi' }],
  { text: 'Hi' },
  { parts: [{ text: 'Hi' }] },
  { content: { parts: [{ text: 'Hi' }] } },
  { content: null, text: 'Hi' },
])('text in another form: %j', (delta) => {
  expect(read(delta)).toMatchObject({
    text: 'Hi',
    outcome: 'complete',
    malformedEvents: 0,
  });
});

const call = { index: 0, id: 'a', function: { name: 'look', arguments: '{"at":1}' } };

test.each<[string, unknown, object]>([
  ['tool_call', { tool_call: call }, {}],
  ['toolCalls', { toolCalls: [call] }, {}],
  ['JSON text', { tool_calls: JSON.stringify([call]) }, {}],
  ['args', { tool_calls: [{ index: 0, id: 'a', name: 'look', args: { at: 1 } }] }, {}],
  ['a list beside the delta', {}, { tool_calls: [call] }],
  ['a list without a delta', undefined, { tool_calls: [call] }],
  ['arguments that were encoded twice', { tool_calls: [twice(call)] }, {}],
])('a tool call as %s', (_form, delta, more) => {
  const { outcome, toolCalls } = read(delta, { ...more, finish_reason: 'tool_calls' });
  expect({ outcome, toolCalls }).toEqual({
    outcome: 'complete',
    toolCalls: [{ id: 'a', name: 'look', arguments: '{"at":1}' }],
  });
});

function twice({ function: { name, arguments: args }, ...rest }: typeof call): object {
  return { ...rest, function: { name, arguments: JSON.stringify(args) } };
}

test.each(['"a text"', '"{not JSON}"', '"open'])(
  'arguments in quotes that hold no object stay: %s',
  (args) => {
    const { toolCalls } = read({ tool_calls: [{ ...call, function: { name: 'look', arguments: args } }] });
    expect(toolCalls).toMatchObject([{ arguments: args }]);
  },
);

test.each(['1.0', '0.50', '12345678901234567890', '-1e3'])(
  'the number %s stays as it is written',
  (number) => {
    const stream = createChatStream({ statusCode: 200, contentType: '' });
    const choice = `{"index":0,"delta":{"content":${number}},"finish_reason":null}`;
    stream.feed(Buffer.from(sseEvents(`{"choices":[${choice}]}`, '[DONE]').join('')));
    expect(stream.end({ kind: 'closed' }).text).toBe(number);
  },
);

test('a finish reason inside of the delta is read', () => {
  expect(read({ content: 'half', finish_reason: 'abort' })).toMatchObject({ outcome: 'truncated' });
});

test.each(['thought', 'thinking_content', 'reasoning_summary'])('reasoning as %s', (name) => {
  expect(read({ [name]: 'Hm.' })).toMatchObject({ reasoning: 'Hm.' });
});

test.each([
  'thoughts',
  'reasoning_contents',
  'chain_of_thought',
  'thinking_text',
  'reasoningContent',
  'think',
])('reasoning under the rarer name %s', (name) => {
  expect(read({ [name]: 'hm', content: 'Hi' })).toMatchObject({ reasoning: 'hm', text: 'Hi' });
});

test('a text that is sent as content and as reasoning counts once', () => {
  expect(read({ content: 'Hi', reasoning_content: 'Hi' })).toMatchObject({ text: 'Hi', reasoning: '' });
});

test('reasoning where LiteLLM keeps what a provider adds counts once', () => {
  const kept = { provider_specific_fields: { reasoning_content: 'hm' } };
  expect(read({ ...kept, content: 'Hi' })).toMatchObject({ reasoning: 'hm', text: 'Hi' });
  expect(read({ ...kept, reasoning_content: 'hm' })).toMatchObject({ reasoning: 'hm' });
});

test('two calls without ids under one index are read, also when the first has no arguments', () => {
  const call = (args: string) => ({ index: 0, function: { name: 'f', arguments: args } });
  const { toolCalls } = read({ tool_calls: [call('{}'), call('{"a":1}')] });
  expect(toolCalls.map((one) => one.arguments)).toEqual(['{}', '{"a":1}']);
});

test('the transcript of speech is text; the speech itself counts as unread', () => {
  expect(read({ audio: { id: 'a', transcript: 'Hi' } })).toMatchObject({ text: 'Hi', malformedEvents: 0 });
  expect(read({ audio: { id: 'a', data: 'AA==' } })).toMatchObject({ text: '', malformedEvents: 1 });
  expect(read({ content: 'Hi', audio: { id: 'a', transcript: 'Hi' } }).text).toBe('Hi');
});

test('a part that is marked as a thought is reasoning', () => {
  const content = [{ type: 'text', text: 'hm', thought: true }];
  expect(read({ content })).toMatchObject({ reasoning: 'hm', text: '' });
});

test('reasoning in blocks counts once beside the same in a field', () => {
  const thinking_blocks = [{ type: 'thinking', thinking: 'Hm.', signature: null }];
  expect(read({ thinking_blocks }).reasoning).toBe('Hm.');
  expect(read({ thinking_blocks, reasoning_content: 'Hm.' }).reasoning).toBe('Hm.');
});

test.each([
  { finishReason: 'length' },
  { finish_reason: { type: 'length' } },
  { finish_reason: { unified: 'length', raw: 'max_tokens' } },
])('a finish reason in another form: %j', (more) => {
  expect(read({ content: 'Hi' }, more).finishReason).toBe('length');
});

test.each(['data: ', 'data:\n', ': a comment\n\n'])('JSON over several lines, after %j', (before) => {
  const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
  for (const choice of [{ delta: { content: 'a' } }, { delta: { content: 'b' }, finish_reason: 'stop' }])
    stream.feed(Buffer.from(`${before}${JSON.stringify({ choices: [choice] }, null, 2)}\n\n`));
  expect(stream.end({ kind: 'closed' })).toMatchObject({
    outcome: 'complete',
    text: 'ab',
    malformedEvents: 0,
  });
});

const text = (content: string): string => JSON.stringify({ choices: [{ index: 0, delta: { content } }] });

test.each<[name: string, body: string, expected: Partial<ChatResult>]>([
  ['an event that is encoded twice', `data: ${JSON.stringify(text('Hi'))}\n\n`, {}],
  ['an event that is a stream', `data: ${JSON.stringify(`data: ${text('Hi')}\n\n`)}\n\n`, {}],
  [
    'numbers that JSON lacks',
    `data: ${text('Hi').replace('0', '-Infinity').replace('}}', '},"a":NaN}')}\n\n`,
    {},
  ],
  ['a tab in a string', `data: ${text('H-i').replace('-', '\t')}\n\n`, { text: 'H\ti' }],
  ['[DONE] in the line of the last event', `data: ${text('Hi')}[DONE]\n\n`, { outcome: 'complete' }],
  ['several chunks in a list', `data: [${text('H')},${text('i')}]\n\n`, {}],
  ['an end by its name', `data: ${text('Hi')}\n\nevent: done\ndata: {}\n\n`, { outcome: 'complete' }],
  ['an end by a member', `data: ${text('Hi')}\n\ndata: {"done":true}\n\n`, { outcome: 'complete' }],
  ['an end by its name alone', `data: ${text('Hi')}\n\nevent: done\ndata: \n\n`, { outcome: 'complete' }],
  ['an error in plain text', `data: ${text('Hi')}\n\ndata: [ERROR] no memory\n\n`, { outcome: 'error' }],
])('events that are not JSON: %s', (_name, body, expected) => {
  const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
  stream.feed(Buffer.from(body));
  const outcome = 'truncated';
  expect(stream.end({ kind: 'closed' })).toMatchObject({
    text: 'Hi',
    outcome,
    malformedEvents: 0,
    ...expected,
  });
});

test.each(['ping', '{"type":"keepalive"}', '{"event":"heartbeat","time":1}'])(
  'an event that only keeps the connection open is not unreadable: %s',
  (event) => {
    const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
    stream.feed(Buffer.from(sseEvents(text('Hi'), event, FINISH, '[DONE]').join('')));
    expect(stream.end({ kind: 'closed' })).toMatchObject({
      text: 'Hi',
      outcome: 'complete',
      malformedEvents: 0,
    });
  },
);

test.each([
  '{"status":"processing","message":"searches the web"}',
  '{"status":"queued","data":{"message":"2 before you"}}',
  '{"status":"running","body":{"title":"Search"}}',
])('an event about the work before the answer does not fail the answer: %s', (event) => {
  const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
  stream.feed(Buffer.from(sseEvents(event, text('Hi'), FINISH, '[DONE]').join('')));
  expect(stream.end({ kind: 'closed' })).toMatchObject({ text: 'Hi', outcome: 'complete' });
});

test.each([
  ['a bare [DONE]', 'text/event-stream', `data: ${deltaOf('Hi')}\n\n[DONE]\n\n`],
  ['an event stream called a web page', 'text/html', `data: ${deltaOf('Hi')}\n\ndata: [DONE]\n\n`],
  ['a list with one answer', 'application/json', `[${whole('Hi')}]`],
  ['an answer of AWS Lambda', 'application/json', JSON.stringify({ statusCode: 200, body: whole('Hi') })],
])('%s is read, however it is split', (_name, contentType, body) => {
  for (const size of [1, 7, 1e6]) {
    const stream = createChatStream({ statusCode: 200, contentType });
    const bytes = Buffer.from(body);
    for (let at = 0; at < bytes.length; at += size) stream.feed(bytes.subarray(at, at + size));
    expect(stream.end({ kind: 'closed' })).toMatchObject({ text: 'Hi', outcome: 'complete' });
  }
});

test.each([
  ['as JSON', 'application/json', whole('Hi')],
  ['as JSON over several lines', 'application/json', JSON.stringify(JSON.parse(whole('Hi')), null, 2)],
  ['as an event', 'text/event-stream', `data: ${whole('Hi')}\n\n`],
])(
  'a whole completion %s ends the answer, although the connection stays open',
  (_name, contentType, body) => {
    const stream = createChatStream({ statusCode: 200, contentType });
    stream.feed(Buffer.from(body));
    expect(stream.ending).toBe('concluded');
    expect(stream.end({ kind: 'cancelled' })).toMatchObject({ text: 'Hi', outcome: 'complete' });
  },
);

test.each([
  ['chat.completion.chunk', 'doubtful'],
  [undefined, 'concluded'],
])('messages with a finish reason in each event (%s) do not end the answer', (object, first) => {
  const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
  const feed = (content: string): string => {
    const choice = { index: 0, message: { content }, finish_reason: 'stop' };
    stream.feed(Buffer.from(sseEvents(JSON.stringify({ object, choices: [choice] })).join('')));
    return stream.ending;
  };
  expect([feed('one '), feed('two')]).toEqual([first, 'open']);
  expect(stream.end({ kind: 'closed' }).text).toBe('one two');
});

function whole(content: string): string {
  return JSON.stringify({ choices: [{ index: 0, message: { content }, finish_reason: 'stop' }] });
}

describe('an answer without an end whose last event says something else is an error with these words', () => {
  test.each([
    ['plain text', 'Bad Gateway', 'Bad Gateway'],
    [
      'plain text that begins with a small letter',
      'upstream connect error. reset reason: x',
      'reset reason: x',
    ],
    ['plain text as data', 'data: Internal Server Error\n\n', 'Internal Server Error'],
    ['a web page', '<html><title>502 Bad Gateway</title>\n<body></body></html>\n', '502 Bad Gateway'],
    ['XML', '<?xml version="1.0"?><Error><Message>no memory</Message></Error>', 'no memory'],
    [
      'a traceback',
      'Traceback (most recent call last):\n  File "x", line 1\nValueError: no memory\n',
      'no memory',
    ],
    ['a dictionary of Python', `data: {'error': {'message': 'no memory', 'code': 500}}\n\n`, 'no memory'],
    ['a list with an error', '[{"error":{"code":503,"message":"no memory"}}]\n', 'no memory'],
    ['an event exception', 'event: exception\ndata: {"message":"no memory"}\n\n', 'no memory'],
    ['status_code', 'data: {"status_code":500,"message":"no memory"}\n\n', 'no memory'],
    ['err', 'data: {"err":{"message":"no memory"}}\n\n', 'no memory'],
    ['errorMsg', 'data: {"errorCode":"500","errorMsg":"no memory"}\n\n', 'no memory'],
    ['ErrorMsg', 'data: {"ErrorMsg":{"Msg":"no memory","Code":2001}}\n\n', 'no memory'],
    ['errmsg', 'data: {"ret":-1,"errmsg":"no memory"}\n\n', 'no memory'],
    ['last_error', 'event: chat.failed\ndata: {"last_error":{"code":5,"msg":"no memory"}}\n\n', 'no memory'],
    ['a fault', 'data: {"fault":{"faultstring":"no memory"}}\n\n', 'no memory'],
    ['__type', 'data: {"__type":"ThrottlingException","message":"no memory"}\n\n', 'no memory'],
    [
      'an error in the delta',
      'data: {"choices":[{"delta":{"error":{"message":"no memory"}}}]}\n\n',
      'no memory',
    ],
    ['a number', 'data: {"error":500}\n\n', '500'],
  ])('%s', (_name, last, words) => {
    for (const size of [1, 7, 1e6]) {
      const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
      const body = Buffer.from(`data: ${text('Hi')}\n\n${last}`);
      for (let at = 0; at < body.length; at += size) stream.feed(body.subarray(at, at + size));
      const { outcome, error, text: told } = stream.end({ kind: 'closed' });
      expect([outcome, told, error?.message]).toEqual(['error', 'Hi', expect.stringContaining(words)]);
    }
  });

  test.each([
    ['an error in a form of its own', '{"errno":402,"errmsg":"no credit"}', 'error'],
    ['a message alone', '{"message":"no credit"}', 'error'],
    ['a title of the conversation', '{"title":"Credit"}', 'complete'],
    ['an id and a title', '{"message_id":"a","title":"Credit"}', 'complete'],
    ['success', '{"code":0,"message":"success"}', 'complete'],
    ['a message of success alone', '{"msg":"ok"}', 'complete'],
    ['a state', '{"status":"completed","message":"all sent"}', 'complete'],
    ['a report of another kind', '{"type":"info","message":"saved"}', 'complete'],
    ['details', '{"request_id":"a","details":{"region":"eu"}}', 'complete'],
  ])('also before [DONE], if no finish reason came: %s', (_name, event, outcome) => {
    const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
    stream.feed(Buffer.from(sseEvents(text('Hi'), event, '[DONE]').join('')));
    expect(stream.end({ kind: 'closed' }).outcome).toBe(outcome);
  });

  test('also when the connection is lost after it', () => {
    const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
    stream.feed(Buffer.from(`data: ${text('Hi')}\n\nInternal Server Error: no memory\n`));
    const lost = new ConnectorException('connection lost', ErrorClass.Transient);
    const { outcome, error } = stream.end({ kind: 'failed', error: lost });
    expect([outcome, error?.message]).toEqual(['error', expect.stringContaining('no memory')]);
  });

  test('but not when a time limit ends the answer', () => {
    const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
    stream.feed(Buffer.from('data: {no json\n\ndata: {no json\n\n'));
    const late = new ConnectorException('the deadline passed', ErrorClass.Timeout);
    expect(stream.end({ kind: 'failed', error: late }).error?.message).toBe('the deadline passed');
  });

  test.each([
    ['the answer goes on', `data: Internal Server Error\n\ndata: ${text('!')}\n\n`],
    ['it only keeps the connection open', 'data: ping\n\ndata: [keep-alive]\n\n'],
    ['an event is cut off', 'data: {"message":"no me'],
    ['it only keeps the connection open', 'data: keep-alive\n\ndata: ping\n\n'],
    ['a field has another name', 'answer: {"message":"no memory"}\n\n'],
  ])('but not when %s', (_name, last) => {
    const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
    stream.feed(Buffer.from(`data: ${text('Hi')}\n\n${last}`));
    expect(stream.end({ kind: 'closed' }).outcome).toBe('truncated');
  });
});

test.each([
  [
    { content: 'hm', thought: true },
    { text: '', reasoning: 'hm' },
  ],
  [
    { content: 'Hi', reasoning: false },
    { text: 'Hi', reasoning: '' },
  ],
  [
    { content: 'Hi', thinking: false, reasoning_content: null },
    { text: 'Hi', reasoning: '' },
  ],
])('a boolean under a name of reasoning says what the content is: %j', (delta, expected) => {
  expect(read(delta)).toMatchObject(expected);
});

/** Reads several deltas, and a chunk with the finish reason. */
function readAll(deltas: readonly object[], finish_reason: string | null = 'stop'): ChatResult {
  const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
  const chunks = [...deltas.map((delta) => [{ index: 0, delta }]), [{ index: 0, delta: {}, finish_reason }]];
  stream.feed(
    Buffer.from(sseEvents(...chunks.map((choices) => JSON.stringify({ choices })), '[DONE]').join('')),
  );
  return stream.end({ kind: 'closed' });
}

describe.each(['reasoning', 'thinking', 'is_reasoning', 'is_thinking'])(
  'a boolean `%s` beside the content',
  (flag) => {
    const marked = ['Hi', ' there', '.'].map((content) => ({ content, [flag]: true }));

    test('means reasoning when it flips', () => {
      const off = { content: 'Bye', [flag]: false };
      for (const last of [off, { content: 'Bye' }])
        expect(readAll([...marked, last])).toMatchObject({ text: 'Bye', reasoning: 'Hi there.' });
    });

    test('is a mode when all of a whole answer has it', () => {
      const expected = { outcome: 'complete', text: 'Hi there.', reasoning: '' };
      expect(readAll([{ role: 'assistant', content: '', [flag]: true }, ...marked])).toMatchObject(expected);
      const message = { role: 'assistant', content: 'Hi there.', [flag]: true };
      const whole = createChatStream({ statusCode: 200, contentType: 'application/json' });
      whole.feed(Buffer.from(JSON.stringify({ choices: [{ index: 0, message, finish_reason: 'stop' }] })));
      expect(whole.end({ kind: 'closed' })).toMatchObject(expected);
    });

    test('names only a mode when the reasoning has its own field', () => {
      const thought = { content: '', reasoning_content: 'hm', [flag]: true };
      expect(readAll([thought, ...marked])).toMatchObject({ text: 'Hi there.', reasoning: 'hm' });
    });

    test('means reasoning when a limit or a tool call ended it', () => {
      expect(readAll(marked, 'length')).toMatchObject({ text: '', reasoning: 'Hi there.' });
      const calling = [...marked, { tool_calls: [call] }];
      expect(readAll(calling, 'tool_calls')).toMatchObject({ text: '', reasoning: 'Hi there.' });
    });
  },
);

test('special tokens of gpt-oss do not belong to the name of a tool', () => {
  const leaked = { ...call, function: { name: 'look<|channel|>commentary', arguments: '{}' } };
  expect(read({ tool_calls: [leaked] }).toolCalls).toMatchObject([{ name: 'look' }]);
});

test('a call of Cloudflare’s own API without a text is read', () => {
  const stream = createChatStream({ statusCode: 200, contentType: 'application/json' });
  const calls = [{ name: 'look', arguments: { at: 1 } }];
  stream.feed(Buffer.from(JSON.stringify({ result: { response: null, tool_calls: calls }, success: true })));
  expect(stream.end({ kind: 'closed' })).toMatchObject({
    outcome: 'complete',
    toolCalls: [{ name: 'look', arguments: '{"at":1}' }],
  });
});
