import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRepeatedEvents } from '../../../../src/sdk/chat/repairs/repeated-events.js';
import { type ChatEvent, type ChatResult, createChatStream } from '../../../../src/sdk/index.js';

const HEAD = { statusCode: 200, contentType: 'text/event-stream' };

/** Reads events and returns the result. With CRLF every event is parsed. */
function read(events: readonly string[], lineEnd: '\n' | '\r\n'): [ChatEvent[], ChatResult] {
  const told: ChatEvent[] = [];
  const stream = createChatStream(HEAD, (event) => told.push(event));
  for (const data of events) stream.feed(Buffer.from(`data: ${data}${lineEnd}${lineEnd}`));
  return [told, stream.end({ kind: 'closed' })];
}

const chunk = (text: string, more: object = {}): string =>
  JSON.stringify({
    id: 'chatcmpl-1',
    choices: [{ index: 0, delta: { content: text }, finish_reason: null }],
    model: 'm',
    ...more,
  });
/** JSON in Python's style: a space after each colon, and other scripts escaped. */
const pythonic = (text: string): string =>
  `{"choices": [{"index": 0, "delta": {"content": ${JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )}}}]}`;

/** An event with OpenAI's padding. */
const padded = ([text, obfuscation]: readonly [string, string]): string => chunk(text, { obfuscation });
const padding = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9]{0,12}$/),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.constantFrom('"', '\\', '","content":"no', '"},"finish_reason":null}],"model":"m","obfuscation":"'),
);

describe('events that differ only in their text', () => {
  test('give the same result as if each was parsed', () => {
    const raw = fc.constantFrom(
      '", "role":"x',
      '"},"finish_reason":"stop"}],"x":"',
      '\\',
      '\\"',
      '\\\\',
      '\\u12',
      '\t',
      '\u2028',
      ']}',
    );
    const event = fc.oneof(
      { weight: 6, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }).map((text) => chunk(text)) },
      { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }).map(pythonic) },
      { weight: 2, arbitrary: raw.map((text) => chunk('').replace('"content":""', `"content":"${text}"`)) },
      { weight: 3, arbitrary: fc.tuple(fc.string({ unit: 'binary', maxLength: 20 }), padding).map(padded) },
      { weight: 1, arbitrary: fc.string().map((id) => chunk('x', { id })) },
      { weight: 3, arbitrary: padding.map((id) => chunk('x', { id })) },
      { weight: 1, arbitrary: fc.string().map((content) => chunk('x', { content })) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          chunk('x', { usage: { prompt_tokens: 1, completion_tokens: 2 } }),
          chunk('x', { error: { message: 'no' } }),
          chunk('').replace('null', '"stop"'),
          '{"choices":[]}',
          'no JSON',
          '[DONE]',
        ),
      },
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        expect(read(events, '\n')).toEqual(read(events, '\r\n'));
      }),
      { numRuns: 400 },
    );
  });

  test('are recognised with escapes in the text and after it', () => {
    const repeated = createRepeatedEvents();
    repeated.learn(chunk('a "quoted" text\\'));
    for (const text of ['', 'b', 'two\nlines', '"', '\\', 'é👩‍💻', '\u0000']) {
      expect(repeated.textOf(chunk(text))).toBe(text);
    }
    expect(repeated.textOf(chunk('b', { model: 'n' }))).toBeUndefined();
    expect(repeated.textOf(chunk('b').replace('null', '"stop"'))).toBeUndefined();
  });

  test('are recognised with any padding after the text', () => {
    for (const more of [{}, { usage: null }]) {
      const repeated = createRepeatedEvents();
      repeated.learn(chunk('a', { obfuscation: 'x', ...more }));
      for (const obfuscation of ['', 'aB3', 'k+/9_-==']) {
        expect(repeated.textOf(chunk('"b"', { obfuscation, ...more }))).toBe('"b"');
      }
      expect(repeated.textOf(chunk('b', { obfuscation: 'y', ...more, model: 'n' }))).toBeUndefined();
      expect(repeated.textOf(chunk('b', { obfuscation: 1, ...more }))).toBeUndefined();
      expect(repeated.textOf(chunk('b', more))).toBeUndefined();
    }
  });

  test('are recognised with any id that comes first and has no escapes', () => {
    const repeated = createRepeatedEvents();
    repeated.learn(chunk('a', { id: 'chatcmpl-1' }));
    for (const id of ['', 'chatcmpl-1', 'chatcmpl-22', 'aB3+/=_']) {
      expect(repeated.textOf(chunk('"b"', { id }))).toBe('"b"');
      expect(repeated.textOf(chunk('b', { id, model: 'n' }))).toBeUndefined();
    }
    for (const id of ['\\', '"', '\n', 'é', 7]) expect(repeated.textOf(chunk('b', { id }))).toBeUndefined();
    expect(repeated.textOf('{"id":"')).toBeUndefined();
  });

  test('are not recognised with padding that has escapes', () => {
    const repeated = createRepeatedEvents();
    repeated.learn(padded(['a', 'x']));
    const raw = (text: string): string => padded(['b', '']).replace(/"(?=}$)/, () => `${text}"`);
    expect(repeated.textOf(raw('x'))).toBe('b');
    for (const text of ['\\n', '\\', '\t', '","error":"no', 'é']) {
      expect(repeated.textOf(raw(text)), text).toBeUndefined();
    }
  });

  test('are not learnt from an event with two possible texts', () => {
    const repeated = createRepeatedEvents();
    repeated.learn(chunk('a', { content: 'b' }));
    expect(repeated.textOf(chunk('c', { content: 'b' }))).toBeUndefined();
  });

  test('are no longer searched for after four patterns without a match', () => {
    const repeated = createRepeatedEvents();
    for (let index = 0; index < 4; index += 1) repeated.learn(chunk('a', { id: index }));
    expect(repeated.textOf(chunk('b', { id: 3 }))).toBe('b');
    for (let index = 0; index < 5; index += 1) repeated.learn(chunk('a', { id: index }));
    expect(repeated.textOf(chunk('b', { id: 4 }))).toBeUndefined();
  });
});
