import { expect, test } from 'vitest';
import { type ChatResult, createChatStream } from '../../../src/sdk/index.js';
import { sseEvents } from '../../support/servers/upstream.js';

type Chunk = readonly [index: number, delta: object, finish_reason?: string];

function read(chunks: readonly Chunk[]): ChatResult {
  const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
  const events = chunks.map(([index, delta, finish_reason = null]) => ({
    object: 'chat.completion.chunk',
    choices: [{ index, delta, finish_reason }],
  }));
  stream.feed(Buffer.from(sseEvents(...events.map((event) => JSON.stringify(event)), '[DONE]').join('')));
  return stream.end({ kind: 'closed' });
}

const ROLE = { role: 'assistant', content: '' };
const call = (args: string) => ({ tool_calls: [{ index: 0, function: { name: 'look', arguments: args } }] });

test.each<readonly [name: string, chunks: readonly Chunk[], expected: Partial<ChatResult>]>([
  [
    'the first one with output, if its index is not the lowest',
    [
      [1, { content: 'one ' }],
      [0, { content: 'nought' }],
      [1, { content: 'two' }],
      [0, {}, 'length'],
      [1, {}, 'stop'],
    ],
    { text: 'one two', finishReason: 'stop' },
  ],
  [
    'the one with the lowest index, if all begin by a role',
    [
      [1, ROLE],
      [0, ROLE],
      [1, { content: 'one' }],
      [0, { content: 'nought' }],
      [1, {}, 'length'],
      [0, {}, 'stop'],
    ],
    { text: 'nought', finishReason: 'stop' },
  ],
  [
    'the only one, whose end has another index',
    [
      [1, { content: 'one' }],
      [0, {}, 'stop'],
    ],
    { text: 'one', finishReason: 'stop' },
  ],
  [
    'the one that thinks first, in each of two',
    [
      [0, { reasoning: 'Hm.' }],
      [1, { reasoning: 'Oh.' }],
      [1, { content: 'one' }],
      [0, { content: 'nought' }, 'stop'],
    ],
    { reasoning: 'Hm.', text: 'nought' },
  ],
  [
    'all indexes of the blocks of one answer',
    [
      [0, { reasoning_content: 'Hm.' }],
      [1, { content: 'Let me ' }],
      [1, { content: 'look.' }],
      [2, call('{"at":')],
      [2, call('1}')],
      [0, {}, 'tool_calls'],
    ],
    {
      reasoning: 'Hm.',
      text: 'Let me look.',
      toolCalls: [{ id: '', name: 'look', arguments: '{"at":1}' }],
      finishReason: 'tool_calls',
    },
  ],
])('of several choices the answer is %s', (_name, chunks, expected) => {
  expect(read(chunks)).toMatchObject({ outcome: 'complete', ...expected });
});

test('calls in a separate choice belong to the text before them', () => {
  const stream = createChatStream({ statusCode: 200, contentType: 'application/json' });
  const choices = [
    { finish_reason: 'tool_calls', message: { content: 'I look.' } },
    { finish_reason: 'tool_calls', message: call('{}') },
  ];
  stream.feed(Buffer.from(JSON.stringify({ object: 'chat.completion', choices })));
  expect(stream.end({ kind: 'closed' })).toMatchObject({
    text: 'I look.',
    toolCalls: [{ name: 'look', arguments: '{}' }],
  });
});

test('an empty call is ignored, and an index may be a text', () => {
  const empty = { tool_calls: [{ index: 0, id: '', function: { name: '', arguments: '' } }] };
  expect(read([[0, { ...empty, content: 'Hi' }]]).toolCalls).toEqual([]);
  const piece = (index: string, args: string, name?: string) => ({
    tool_calls: [{ index, function: { ...(name !== undefined && { name }), arguments: args } }],
  });
  const { toolCalls } = read([
    [0, piece('0', '{"a":', 'one')],
    [0, piece('1', '{"b":', 'two')],
    [0, piece('0', '1}')],
    [0, piece('1', '2}')],
  ]);
  expect(toolCalls.map(({ name, arguments: args }) => [name, args])).toEqual([
    ['one', '{"a":1}'],
    ['two', '{"b":2}'],
  ]);
});

test('the counts of several choices say so; those of one do not', () => {
  const usage = { prompt_tokens: 3, completion_tokens: 8, total_tokens: 11 };
  const counted = (indexes: readonly number[]) => {
    const stream = createChatStream({ statusCode: 200, contentType: 'application/json' });
    const choices = indexes.map((index) => ({ index, message: { content: 'Hi' }, finish_reason: 'stop' }));
    stream.feed(Buffer.from(JSON.stringify({ choices, usage })));
    return stream.end({ kind: 'closed' }).usage;
  };
  expect(counted([0, 1, 2])).toMatchObject({ completionTokens: 8, choices: 3 });
  expect(counted([0])).not.toHaveProperty('choices');
});
