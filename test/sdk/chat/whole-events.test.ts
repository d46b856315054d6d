import { describe, expect, test } from 'vitest';
import { type ChatResult, createChatStream } from '../../../src/sdk/index.js';
import { sseEvents } from '../../support/servers/upstream.js';

function read(
  format: 'responses' | 'anthropic' | 'chat-completions',
  ...events: readonly object[]
): ChatResult {
  const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' }, undefined, {
    format,
  });
  stream.feed(Buffer.from(sseEvents(...events.map((one) => JSON.stringify(one))).join('')));
  return stream.end({ kind: 'closed' });
}

const completed = { type: 'response.completed', response: { status: 'completed', output: [] } };

describe('a response whose parts come whole, without deltas', () => {
  test.each<[string, object[]]>([
    ['output_text.done', [{ type: 'response.output_text.done', text: 'Guten Tag' }]],
    [
      'content_part.done',
      [{ type: 'response.content_part.done', part: { type: 'output_text', text: 'Guten Tag' } }],
    ],
    [
      'each of them',
      [
        { type: 'response.output_text.done', text: 'Guten Tag' },
        { type: 'response.content_part.done', part: { type: 'output_text', text: 'Guten Tag' } },
        {
          type: 'response.output_item.done',
          item: { type: 'message', content: [{ type: 'output_text', text: 'Guten Tag' }] },
        },
      ],
    ],
  ])('is read once: %s', (_, events) => {
    expect(read('responses', ...events, completed)).toMatchObject({ text: 'Guten Tag', outcome: 'complete' });
  });

  test('two calls without ids stay two', () => {
    const item = (args: string) => ({
      type: 'response.output_item.done',
      item: { type: 'function_call', call_id: args, name: 'look', arguments: args },
    });
    expect(read('responses', item('{"a":1}'), item('{"a":2}'), completed).toolCalls).toMatchObject([
      { arguments: '{"a":1}' },
      { arguments: '{"a":2}' },
    ]);
  });

  test('the last event of another name ends it, and a failed one is an error', () => {
    const delta = { type: 'response.output_text.delta', delta: 'Hi' };
    const done = { type: 'response.done', response: { status: 'completed', output: [] } };
    expect(read('responses', delta, done)).toMatchObject({ text: 'Hi', outcome: 'complete' });
    const failed = { status: 'failed', error: { message: 'The model broke.' }, output: [] };
    expect(read('responses', delta, { ...done, response: failed })).toMatchObject({ outcome: 'error' });
  });

  test('a response that is still running is not complete', () => {
    const queued = { object: 'response', status: 'queued', output: [] };
    expect(read('responses', queued)).toMatchObject({ outcome: 'truncated', finishReason: 'queued' });
  });

  test('an answer with only encrypted reasoning is not unreadable', () => {
    const item = { type: 'reasoning', encrypted_content: 'x' };
    expect(read('responses', { type: 'response.output_item.done', item }, completed).malformedEvents).toBe(0);
  });
});

describe('a whole answer after its pieces', () => {
  const pieces = ['<think>', 'hm', '</think>'];
  const repeated = [{ type: 'message', content: [{ type: 'output_text', text: pieces.join('') }] }];
  const deltas = pieces.map((delta) => ({ type: 'response.output_text.delta', delta }));

  test('repeats reasoning between tags: a response', () => {
    const response = { status: 'completed', output: repeated, output_text: pieces.join('') };
    expect(read('responses', ...deltas, { type: 'response.completed', response })).toMatchObject({
      text: '',
      reasoning: 'hm',
    });
  });

  test('repeats reasoning that a limit cut off: a response', () => {
    const output = [{ type: 'message', content: [{ type: 'output_text', text: '<think>hm' }] }];
    const response = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, output };
    expect(read('responses', ...deltas.slice(0, 2), { type: 'response.incomplete', response })).toMatchObject(
      { text: '', reasoning: 'hm', finishReason: 'length' },
    );
  });

  test.each(['<', '\n', '<think'])('repeats a text that a tag may begin with: %j', (text) => {
    const output = [{ type: 'message', content: [{ type: 'output_text', text }] }];
    const response = { status: 'completed', output };
    const delta = { type: 'response.output_text.delta', delta: text };
    expect(read('responses', delta, { type: 'response.completed', response })).toMatchObject({ text });
  });

  test('repeats reasoning between tags: a message', () => {
    const block = { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } };
    const delta = (text: string) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text },
    });
    const message = {
      type: 'message',
      content: [{ type: 'text', text: '<think>hm' }],
      stop_reason: 'max_tokens',
    };
    expect(read('anthropic', block, delta('<think>'), delta('hm'), message)).toMatchObject({
      text: '',
      reasoning: 'hm',
    });
  });
});

describe('Anthropic’s blocks', () => {
  const start = (index: number, content_block: object) => ({
    type: 'content_block_start',
    index,
    content_block,
  });
  const json = (index: number, partial_json: unknown) => ({
    type: 'content_block_delta',
    index,
    delta: { type: 'input_json_delta', partial_json },
  });

  test.each(['server_tool_use', 'mcp_tool_use'])(
    'calls of the provider’s own tools are left out: %s',
    (type) => {
      const { toolCalls, malformedEvents } = read(
        'anthropic',
        start(0, { type, id: 's', name: 'web_search', input: {} }),
        json(0, '{"query":"x"}'),
        start(1, { type: 'tool_use', id: 't', name: 'look', input: {} }),
        json(1, '{}'),
      );
      expect(toolCalls).toEqual([{ id: 't', name: 'look', arguments: '{}' }]);
      expect(malformedEvents).toBe(0);
    },
  );

  test('arguments as an object are read', () => {
    const call = start(0, { type: 'tool_use', id: 't', name: 'look', input: {} });
    expect(read('anthropic', call, json(0, { at: 'Bern' })).toolCalls[0]?.arguments).toBe('{"at":"Bern"}');
  });
});

describe('tool calls in other forms', () => {
  const call = (one: object) => ({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, ...one }] } }] });

  test.each<[string, object]>([
    ['arguments as parameters', { function: { name: 'look', parameters: { at: 'Bern' } } }],
    ['without function', { name: 'look', arguments: '{"at":"Bern"}' }],
    ['as Anthropic has them', { type: 'tool_use', name: 'look', input: { at: 'Bern' } }],
    ['a custom tool', { type: 'custom', custom: { name: 'look', input: '{"at":"Bern"}' } }],
  ])('%s', (_, one) => {
    expect(read('chat-completions', call(one)).toolCalls).toEqual([
      { id: '', name: 'look', arguments: '{"at":"Bern"}' },
    ]);
  });

  test.each([
    [['get_', 'weather']],
    [['get_', 'get_weather']],
    [['get_weather', 'get_weather', 'get_weather']],
    [['', 'get_weather']],
  ])('the name comes as %j', (names) => {
    const events = names.map((name) => call({ id: 'a', function: { name, arguments: '' } }));
    expect(read('chat-completions', ...events, call({ function: { arguments: '{}' } })).toolCalls).toEqual([
      { id: 'a', name: 'get_weather', arguments: '{}' },
    ]);
  });
});
