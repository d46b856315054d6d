import { expect, test } from 'vitest';
import { createChatStream } from '../../../../src/sdk/chat/chat-stream.js';
import type { ChatEvent } from '../../../../src/sdk/chat/chat-types.js';
import { plainChunkOf, writtenChunkOf } from '../../../../src/sdk/chat/events/plain-chunk.js';

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

const WRITTEN = [
  '{"id":"a","object":"chat.completion.chunk","created":17,"model":"m","service_tier":null,"system_fingerprint":"fp","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":null}',
  '{"id":"a","model":"m","choices":[{"index":0,"delta":{"content":"one 🙂"}}]}',
  '{"choices":[{"index":0,"delta":{"role":"assistant"}}]}',
  '{"id":"a","choices":[{"index":0,"delta":{"content":null},"finish_reason":"stop"}]}',
  '{"id":"a","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}',
];

test.each(WRITTEN)('a chunk in the usual form is read without parsing all of it: %s', (json) => {
  expect(writtenChunkOf(json)).toEqual(plainChunkOf(JSON.parse(json)));
  expect(writtenChunkOf(json)).toBeDefined();
});

test('a text that differs from the usual form in one character is read as JSON, or not at all', () => {
  let read = 0;
  for (const json of WRITTEN) {
    for (let at = 0; at <= json.length; at += 1) {
      for (const more of ['', '"', '\\', ',', '}', '0', 'e', ' ', '\n', '\u0000']) {
        for (const removed of [0, 1]) {
          const text = json.slice(0, at) + more + json.slice(at + removed);
          const chunk = writtenChunkOf(text);
          if (chunk === undefined) continue;
          read += 1;
          expect(chunk, text).toEqual(plainChunkOf(JSON.parse(text)));
        }
      }
    }
  }
  expect(read).toBeGreaterThan(WRITTEN.length);
});

test('a chunk in the usual form can have a text of any length', () => {
  const text = 'a'.repeat(10_000_000);
  const json = JSON.stringify({ choices: [{ index: 0, delta: { content: text } }] });
  expect(writtenChunkOf(json)?.text).toBe(text);
  expect(writtenChunkOf(json.slice(0, -2))).toBeUndefined();
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
    // An unknown member keeps a chunk from being plain; one that is null only keeps it from the usual form.
    const whole = read({ unknown: true });
    expect(read({})).toEqual(whole);
    expect(read({ unknown: null })).toEqual(whole);
  },
);
