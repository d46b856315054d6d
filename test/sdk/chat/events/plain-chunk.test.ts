import { expect, test } from 'vitest';
import { createChatStream } from '../../../../src/sdk/chat/chat-stream.js';
import type { ChatEvent } from '../../../../src/sdk/chat/chat-types.js';
import { plainChunkOf } from '../../../../src/sdk/chat/events/plain-chunk.js';

const choice = (members: object): object => ({
  id: 'a',
  object: 'chat.completion.chunk',
  choices: [members],
});

test('a chunk with the usual members of one choice is plain', () => {
  expect(
    plainChunkOf({ ...choice({ index: 0, delta: { content: 'a' }, finish_reason: null }), model: 'm' }),
  ).toEqual({ model: 'm', text: 'a', reason: undefined });
  expect(
    plainChunkOf({
      usage: null,
      ...choice({ delta: { role: 'assistant', refusal: null }, finish_reason: 'stop' }),
    }),
  ).toEqual({ model: undefined, text: '', reason: 'stop' });
});

test.each([
  ['an error', { error: { message: 'a' }, ...choice({ index: 0, delta: {} }) }],
  ['an error by its object', { object: 'error', choices: [{ index: 0, delta: {} }] }],
  ['counts', { ...choice({ index: 0, delta: {} }), usage: { total_tokens: 1 } }],
  ['another choice', choice({ index: 1, delta: { content: 'a' } })],
  ['two choices', { choices: [{ delta: { content: 'a' } }, { delta: { content: 'b' } }] }],
  ['reasoning', choice({ index: 0, delta: { content: '', reasoning: 'a' } })],
  ['a tool call', choice({ index: 0, delta: { tool_calls: [{}] } })],
  ['content in parts', choice({ index: 0, delta: { content: [{ type: 'text', text: 'a' }] } })],
  ['a whole message', choice({ index: 0, message: { content: 'a' } })],
  ['a reason in an object', choice({ index: 0, delta: {}, finish_reason: { type: 'stop' } })],
  ['an unknown member', choice({ index: 0, delta: { content: 'a', new: 1 } })],
  ['a text', 'a'],
])('a chunk with %s is not plain', (_what, event) => {
  expect(plainChunkOf(event)).toBeUndefined();
});

/** Chunks in an order that servers send, and in orders that they should not. */
const STREAMS: readonly (readonly object[])[] = [
  [
    { delta: { role: 'assistant', content: '' } },
    { delta: { content: 'a' } },
    { delta: {}, finish_reason: 'stop' },
  ],
  [
    { delta: { content: 'a' }, finish_reason: 'stop' },
    { delta: { content: 'b' }, finish_reason: 'stop' },
  ],
  [{ delta: { content: 'a' } }, { index: 1, delta: { content: 'b' } }, { delta: { content: 'c' } }],
  [
    { index: 1, delta: { content: 'b' } },
    { index: 0, delta: { content: 'a' } },
  ],
  [{ delta: { content: '<think>a</think>b' } }, { delta: {}, finish_reason: 'None' }],
  [{ delta: { content: 'a' } }, { message: { content: 'a' }, finish_reason: 'stop' }],
  [{ delta: { content: '' }, finish_reason: 'content_filter' }],
  [
    { delta: { content: 'a' } },
    { delta: { tool_calls: [{ index: 0, function: { name: 'f', arguments: '{}' } }] } },
    { delta: {}, finish_reason: 'tool_calls' },
  ],
];

test.each(STREAMS.map((chunks, at) => [at, chunks] as const))(
  'plain chunks are read like others (stream %i)',
  (_at, chunks) => {
    const read = (more: object): unknown => {
      const events: ChatEvent[] = [];
      const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' }, (event) =>
        events.push(event),
      );
      for (const chunk of chunks)
        stream.feed(
          Buffer.from(`data: ${JSON.stringify({ ...choice({ index: 0, ...chunk }), ...more })}\n\n`),
        );
      return { events, result: stream.end({ kind: 'closed' }) };
    };
    // An unknown member keeps a chunk from being plain.
    expect(read({})).toEqual(read({ unknown: true }));
  },
);
