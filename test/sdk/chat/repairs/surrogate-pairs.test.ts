import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ChatEvent, createChatStream } from '../../../../src/sdk/index.js';
import { sseEvents } from '../../../support/servers/upstream.js';

const HEAD = { statusCode: 200, contentType: 'text/event-stream' };

function read(format: 'chat-completions' | 'responses' | 'anthropic', ...data: readonly object[]) {
  const events: ChatEvent[] = [];
  const stream = createChatStream(HEAD, (event) => events.push(event), { format });
  stream.feed(Buffer.from(sseEvents(...data.map((one) => JSON.stringify(one))).join('')));
  return { result: stream.end({ kind: 'closed' }), events };
}

const chat = (delta: object, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta, finish_reason }],
});
/** A text in pieces of one UTF-16 unit. */
const units = (text: string): string[] => text.split('');
const told = (events: readonly ChatEvent[], type: string): string[] =>
  events.flatMap((event) => (event.type === type && 'text' in event ? [event.text] : []));

test.each(['content', 'reasoning_content', 'refusal'])(
  'a pair split between two deltas is reported whole: %s',
  (name) => {
    const type = { content: 'text', reasoning_content: 'reasoning', refusal: 'refusal' }[name] ?? '';
    const { events } = read(
      'chat-completions',
      ...units('a😀b').map((unit) => chat({ [name]: unit })),
      chat({}, 'stop'),
    );
    expect(told(events, type)).toEqual(['a', '😀', 'b']);
  },
);

test('a pair split in the arguments of a tool call is reported whole, for each call separately', () => {
  const call = (index: number, text: string) =>
    chat({ tool_calls: [{ index, function: { arguments: text } }] });
  const [high = '', low = ''] = units('😀');
  const { events, result } = read(
    'chat-completions',
    call(0, high),
    call(1, high),
    call(0, low),
    call(1, low),
  );
  expect(result.toolCalls.map((one) => one.arguments)).toEqual(['😀', '😀']);
  for (const event of events)
    if (event.type === 'tool_call') expect(event.arguments.isWellFormed()).toBe(true);
});

test('split pairs are reported whole in the two other wire formats, too', () => {
  const responses = units('x😀').map((delta) => ({ type: 'response.output_text.delta', delta }));
  const anthropic = units('x😀').map((text) => ({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'text_delta', text },
  }));
  expect(told(read('responses', ...responses).events, 'text')).toEqual(['x', '😀']);
  expect(told(read('anthropic', ...anthropic).events, 'text')).toEqual(['x', '😀']);
});

test('half a pair without the other half is kept at the end, and counts as output', () => {
  const { result, events } = read(
    'chat-completions',
    chat({ content: 'a' }),
    chat({ content: '\ud83d' }),
    chat({}, 'stop'),
  );
  expect(result).toMatchObject({ text: 'a\ud83d', outcome: 'complete' });
  expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' });
});

test('a text split anywhere is reported in whole characters, and is the same text', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.infiniteStream(fc.nat({ max: 4 })),
      (text, sizes) => {
        const pieces: string[] = [];
        for (let at = 0; at < text.length; ) {
          const size = 1 + (sizes.next().value ?? 0);
          pieces.push(text.slice(at, at + size));
          at += size;
        }
        const { result, events } = read(
          'chat-completions',
          ...pieces.map((content) => chat({ content })),
          chat({}, 'stop'),
        );
        expect(result.text).toBe(text);
        for (const piece of told(events, 'text')) expect(piece.isWellFormed()).toBe(true);
      },
    ),
  );
});
