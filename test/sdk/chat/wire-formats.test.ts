import { describe, expect, test } from 'vitest';
import type { WireFormat } from '../../../src/common/chat/wire-formats.js';
import { createChatStream } from '../../../src/sdk/chat/chat-stream.js';
import type { ChatEvent, ChatResult } from '../../../src/sdk/chat/chat-types.js';

interface Read {
  events: ChatEvent[];
  result: ChatResult;
}

const sse = (events: readonly { type: string; [member: string]: unknown }[]): string =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');

function read(format: WireFormat, text: string, contentType = 'text/event-stream', step = text.length): Read {
  const events: ChatEvent[] = [];
  const stream = createChatStream({ statusCode: 200, contentType }, (event) => events.push(event), {
    format,
  });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += step) stream.feed(bytes.subarray(at, at + step));
  return { events, result: stream.end({ kind: 'closed' }) };
}

const start = (id: string) => ({
  type: 'message_start',
  message: { id, type: 'message', content: [], usage: { input_tokens: 3, output_tokens: 1 } },
});
const block = (index: number, content_block: object, delta: object) => [
  { type: 'content_block_start', index, content_block },
  { type: 'content_block_delta', index, delta },
];
const textBlock = (index: number, text: string) =>
  block(index, { type: 'text', text: '' }, { type: 'text_delta', text });
const callBlock = (index: number, id: string, partial_json: string) =>
  block(
    index,
    { type: 'tool_use', id, name: 'weather', input: {} },
    { type: 'input_json_delta', partial_json },
  );
const stopped = (stop_reason: string) => ({
  type: 'message_delta',
  delta: { stop_reason },
  usage: { output_tokens: 5 },
});

test('a call without arguments in the format of Responses counts no repetition', () => {
  const item = { type: 'function_call', id: 'fc', call_id: 'c', name: 'now', arguments: '' };
  const place = { item_id: 'fc', output_index: 0 };
  const { result } = read(
    'responses',
    sse([
      { type: 'response.output_item.added', output_index: 0, item },
      { type: 'response.function_call_arguments.delta', ...place, delta: '{}' },
      { type: 'response.function_call_arguments.done', ...place, arguments: '{}' },
      { type: 'response.output_item.done', output_index: 0, item: { ...item, arguments: '{}' } },
    ]),
  );
  expect(result.toolCalls).toEqual([{ id: 'c', name: 'now', arguments: '{}' }]);
  expect(result.repeatedChars).toBeUndefined();
});

describe('a second message in the same stream', () => {
  test('follows the first one that has a stop reason, even without message_stop', () => {
    const { result } = read(
      'anthropic',
      sse([
        start('m1'),
        ...textBlock(0, 'One. '),
        stopped('tool_use'),
        start('m2'),
        ...textBlock(0, 'Two.'),
        stopped('end_turn'),
        { type: 'message_stop' },
      ]),
    );
    expect(result.text).toBe('One. Two.');
  });

  test('replaces a lost one: its text, its calls and its hidden thinking', () => {
    const { result } = read(
      'anthropic',
      sse([
        start('m1'),
        { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
        ...callBlock(1, 't1', '{"city":"Be'),
        start('m2'),
        ...textBlock(0, 'I look.'),
        ...callBlock(1, 't2', '{"city":"Bern"}'),
        stopped('tool_use'),
        { type: 'message_stop' },
      ]),
    );
    expect(result).toMatchObject({ text: 'I look.', outcome: 'complete' });
    expect(result.toolCalls).toEqual([{ id: 't2', name: 'weather', arguments: '{"city":"Bern"}' }]);
    expect(result.usage?.hiddenReasoning).toBeUndefined();
  });
});

const MESSAGE = [
  {
    type: 'message_start',
    message: {
      type: 'message',
      model: 'claude-x',
      content: [],
      stop_reason: null,
      usage: {
        input_tokens: 10,
        cache_read_input_tokens: 90,
        cache_creation_input_tokens: 5,
        output_tokens: 1,
      },
    },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
  { type: 'ping' },
  { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm.' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'EqQB' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Let me ' } },
  { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'lööök.' } },
  { type: 'content_block_stop', index: 1 },
  {
    type: 'content_block_start',
    index: 2,
    content_block: { type: 'tool_use', id: 't1', name: 'weather', input: {} },
  },
  { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{"city":' } },
  { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '"Bern"}' } },
  { type: 'content_block_stop', index: 2 },
  { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 42 } },
  { type: 'message_stop' },
];

describe("Anthropic's Messages", () => {
  test('arguments as a text in the start of their block are read', () => {
    const call = { type: 'tool_use', id: 'a', name: 'weather', input: '{"at":"Bern"}' };
    const begun = { type: 'content_block_start', index: 0, content_block: call };
    const { result } = read('anthropic', sse([start('m'), begun, stopped('tool_use')]));
    expect(result.toolCalls).toEqual([{ id: 'a', name: 'weather', arguments: '{"at":"Bern"}' }]);
  });

  test.each([1, 7, 10_000])(
    'are read in pieces of %d bytes: text, thinking, a tool call, cumulative usage',
    (step) => {
      const { result } = read('anthropic', sse(MESSAGE), undefined, step);
      expect(result).toMatchObject({
        outcome: 'complete',
        model: 'claude-x',
        text: 'Let me lööök.',
        reasoning: 'Hm.',
        toolCalls: [{ id: 't1', name: 'weather', arguments: '{"city":"Bern"}' }],
        finishReason: 'tool_calls',
        usage: {
          promptTokens: 105,
          cachedTokens: 90,
          cacheWriteTokens: 5,
          completionTokens: 42,
          totalTokens: 147,
        },
        malformedEvents: 0,
      });
    },
  );

  test('a stream that ends before its stop_reason is truncated', () => {
    expect(read('anthropic', sse(MESSAGE.slice(0, 9))).result).toMatchObject({
      outcome: 'truncated',
      text: 'Let me lööök.',
    });
  });

  test('an overloaded_error in the stream is a retryable error, and the text so far is kept', () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    const { result } = read('anthropic', sse([...MESSAGE.slice(0, 8), error]));
    expect(result).toMatchObject({ outcome: 'error', text: 'Let me ' });
    expect(result.error?.message).toContain('Overloaded');
    expect(result.error?.getErrorClassName()).toMatch(/transient/i);
  });

  test('the output count of the first event is not that of the answer', () => {
    const { usage } = read('anthropic', sse(MESSAGE.filter(({ type }) => type !== 'message_delta'))).result;
    expect(usage).toMatchObject({ promptTokens: 105, completionTokens: 0 });
  });

  test.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['refusal', 'content_filter'],
    ['pause_turn', 'pause_turn', 'truncated'],
    ['compaction', 'compaction', 'truncated'],
  ])(
    'a whole message that ends by %s has the finish reason %s',
    (stop_reason, finishReason, outcome = 'complete') => {
      const message = {
        type: 'message',
        content: [{ type: 'text', text: 'Hi' }],
        stop_reason,
        usage: { input_tokens: 1, output_tokens: 2 },
      };
      expect(read('anthropic', JSON.stringify(message), 'application/json').result).toMatchObject({
        outcome,
        text: 'Hi',
        finishReason,
        usage: { totalTokens: 3 },
      });
    },
  );
});

const RESPONSE = {
  object: 'response',
  model: 'gpt-x',
  status: 'completed',
  incomplete_details: null,
  error: null,
};
const USAGE = {
  input_tokens: 12,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens: 30,
  output_tokens_details: { reasoning_tokens: 20 },
  total_tokens: 42,
};
const CALL = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'weather', arguments: '' };
const RESPONSES = [
  { type: 'response.created', response: { ...RESPONSE, status: 'in_progress', output: [] } },
  {
    type: 'response.output_item.added',
    output_index: 0,
    item: { type: 'reasoning', id: 'rs_1', summary: [] },
  },
  { type: 'response.reasoning_summary_text.delta', item_id: 'rs_1', output_index: 0, delta: 'Hm.' },
  { type: 'response.output_item.added', output_index: 1, item: { type: 'message', id: 'm_1', content: [] } },
  { type: 'response.output_text.delta', item_id: 'm_1', output_index: 1, delta: 'Let me ' },
  { type: 'response.output_text.delta', item_id: 'm_1', output_index: 1, delta: 'look.' },
  { type: 'response.output_text.done', item_id: 'm_1', output_index: 1, text: 'Let me look.' },
  { type: 'response.output_item.added', output_index: 2, item: CALL },
  { type: 'response.function_call_arguments.delta', item_id: 'fc_1', output_index: 2, delta: '{"city":' },
  { type: 'response.function_call_arguments.delta', item_id: 'fc_1', output_index: 2, delta: '"Bern"}' },
  {
    type: 'response.function_call_arguments.done',
    item_id: 'fc_1',
    output_index: 2,
    arguments: '{"city":"Bern"}',
  },
  { type: 'response.completed', response: { ...RESPONSE, output: [], usage: USAGE } },
];

describe("OpenAI's Responses", () => {
  test.each([
    ['that repeats the first is left out', ['Bon', 'jour'], 'Bonjour'],
    ['that only begins like the first is read', ['Bon', 'soir'], 'BonjourBonsoir'],
  ])('a second response in the stream %s', (_title, words, text) => {
    const response = (pieces: readonly string[]) => [
      { type: 'response.created', response: { object: 'response', status: 'in_progress' } },
      ...pieces.map((delta) => ({ type: 'response.output_text.delta', delta })),
      { type: 'response.output_text.done', text: pieces.join('') },
      { type: 'response.completed', response: { object: 'response', status: 'completed', output: [] } },
    ];
    const { result } = read('responses', sse([...response(['Bon', 'jour']), ...response(words)]));
    expect(result).toMatchObject({ outcome: 'complete', text });
  });

  test.each([1, 7, 10_000])(
    'are read in pieces of %d bytes: text, reasoning summary, a tool call, usage',
    (step) => {
      expect(read('responses', sse(RESPONSES), undefined, step).result).toMatchObject({
        outcome: 'complete',
        model: 'gpt-x',
        text: 'Let me look.',
        reasoning: 'Hm.',
        toolCalls: [{ id: 'call_1', name: 'weather', arguments: '{"city":"Bern"}' }],
        finishReason: 'tool_calls',
        usage: {
          promptTokens: 12,
          cachedTokens: 4,
          completionTokens: 30,
          reasoningTokens: 20,
          totalTokens: 42,
        },
        malformedEvents: 0,
      });
    },
  );

  test('a stream without its last event is truncated', () => {
    expect(read('responses', sse(RESPONSES.slice(0, 6))).result).toMatchObject({ outcome: 'truncated' });
  });

  test('an incomplete response has finish reason length', () => {
    const response = {
      ...RESPONSE,
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
    };
    const events = [...RESPONSES.slice(0, 6), { type: 'response.incomplete', response }];
    expect(read('responses', sse(events)).result).toMatchObject({
      outcome: 'complete',
      finishReason: 'length',
    });
  });

  test.each([
    [
      'response.failed',
      {
        type: 'response.failed',
        response: { ...RESPONSE, error: { code: 'server_error', message: 'It broke' } },
      },
    ],
    ['an error event', { type: 'error', code: 'server_error', message: 'It broke', param: null }],
  ])('%s is an error, and the text so far is kept', (_name, event) => {
    const { result } = read('responses', sse([...RESPONSES.slice(0, 5), event]));
    expect(result).toMatchObject({ outcome: 'error', text: 'Let me ' });
    expect(result.error?.message).toContain('It broke');
  });

  test('a whole response gives the same result as its stream', () => {
    const output = [
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] },
      {
        type: 'message',
        content: [
          { type: 'output_text', text: 'Hi' },
          { type: 'refusal', refusal: 'No.' },
        ],
      },
      { ...CALL, arguments: '{}' },
    ];
    const text = JSON.stringify({ ...RESPONSE, output, usage: USAGE });
    expect(read('responses', text, 'application/json').result).toMatchObject({
      outcome: 'complete',
      text: 'Hi',
      reasoning: 'Hm.',
      refusal: 'No.',
      toolCalls: [{ id: 'call_1', arguments: '{}' }],
      usage: { totalTokens: 42 },
    });
  });
});

describe('an answer is not changed by what looks like a gateway’s habit', () => {
  const plain = (...events: object[]): string =>
    events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');

  test('JSON with choices in the text of Ollama is the model’s own', () => {
    const response = '{"choices":["a","b"]}';
    expect(
      read('chat-completions', plain({ response, done: true, done_reason: 'stop' })).result,
    ).toMatchObject({
      outcome: 'complete',
      text: response,
    });
  });

  test('a piece that a chunk has in two entries of a choice is read once', () => {
    const entry = (content: string, finish_reason: string | null) => ({
      index: 0,
      delta: { content },
      finish_reason,
    });
    const both = { choices: [entry('Hello', null), entry('Hello', 'stop')] };
    expect(read('chat-completions', plain(both)).result.text).toBe('Hello');
    const whole = [
      { choices: [entry('Hello', null)] },
      { choices: [entry(' you', null), entry('Hello you', 'stop')] },
    ];
    expect(read('chat-completions', plain(...whole)).result.text).toBe('Hello you');
  });

  test('a response that begins like the one before keeps its text', () => {
    const response = (delta: string) => [
      { type: 'response.created', response: {} },
      { type: 'response.output_text.delta', delta },
      { type: 'response.completed', response: { status: 'completed' } },
    ];
    const { result } = read('responses', sse([...response('Sure, let me look.'), ...response('Sure')]));
    expect(result.text).toBe('Sure, let me look.Sure');
  });
});

test('an event of many cut strings is read in linear time', () => {
  const { result } = read('chat-completions', `data: {'error': '${"\\'".repeat(200_000)}\n\n`);
  expect(result.outcome).not.toBe('complete');
});
