import { expect, test } from 'vitest';
import { type ChatResult, createChatStream } from '../../../src/sdk/index.js';
import { sseEvents } from '../../support/upstream.js';

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

test.each(['thought', 'thinking_content', 'reasoning_summary'])('reasoning as %s', (name) => {
  expect(read({ [name]: 'Hm.' })).toMatchObject({ reasoning: 'Hm.' });
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
  ['plain text after an event', `data: ${text('Hi')}\n\nBad Gateway`, { malformedEvents: 1 }],
  ['a web page after an event', `data: ${text('Hi')}\n\n<html>502</html>\n`, { malformedEvents: 1 }],
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
