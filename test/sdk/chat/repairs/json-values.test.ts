import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonValues } from '../../../../src/sdk/chat/repairs/json-values.js';
import { type ChatResult, createChatStream } from '../../../../src/sdk/index.js';

function split(pieces: readonly string[]): { objects: string[]; others: string; rest: string } {
  const objects: string[] = [];
  let others = '';
  const values = new JsonValues(
    (json) => objects.push(json),
    (text) => {
      others += text;
    },
  );
  for (const piece of pieces) values.feed(piece);
  return { objects, others, rest: values.rest };
}

test.each([
  ['lines', '{"a":1}\n{"b":2}\n'],
  ['a list', '[{"a":1},\n{"b":2}\n]'],
  ['records after separators', '\u001e{"a":1}\n\u001e{"b":2}\n'],
  ['one after the other', '{"a":1}{"b":2}'],
])('objects are found in %s, for every split', (_, text) => {
  for (let at = 0; at <= text.length; at += 1)
    expect(split([text.slice(0, at), text.slice(at)])).toEqual({
      objects: ['{"a":1}', '{"b":2}'],
      others: '',
      rest: '',
    });
});

test('objects are found whole, also over several lines, for every split of the text', () => {
  const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 5 });
  fc.assert(
    fc.property(objects, fc.nat(2), fc.nat(), fc.nat(), (values, indent, one, other) => {
      const text = values.map((value) => JSON.stringify(value, null, indent)).join(',');
      const [from, to] = [one % (text.length + 1), other % (text.length + 1)].sort((a, b) => a - b);
      const found = split([text.slice(0, from), text.slice(from, to), text.slice(to)]);
      expect(found.objects.map((json) => JSON.parse(json))).toEqual(JSON.parse(JSON.stringify(values)));
      expect(found).toMatchObject({ others: '', rest: '' });
    }),
  );
});

test('other text between objects is passed on, and an object that was cut off is the rest', () => {
  expect(split(['{"a":1}\ndata: [DONE]\n\n{"b":'])).toEqual({
    objects: ['{"a":1}'],
    others: '\ndata: [DONE]\n\n',
    rest: '{"b":',
  });
});

describe('an answer without the framing of an event stream', () => {
  const chunk = (delta: object, finish_reason: string | null = null) =>
    JSON.stringify({ object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] });
  const CHUNKS = [chunk({ content: 'Guten ' }), chunk({ content: 'Tag' }), chunk({}, 'stop')];

  function read(contentType: string, ...pieces: readonly string[]): ChatResult {
    const stream = createChatStream({ statusCode: 200, contentType });
    for (const piece of pieces) stream.feed(Buffer.from(piece));
    return stream.end({ kind: 'closed' });
  }

  test.each([
    ['as a JSON list', `[${CHUNKS.join(',\n')}]`],
    ['as a JSON text sequence', CHUNKS.map((one) => `\u001e${one}\n`).join('')],
    ['as objects one after the other', CHUNKS.join('')],
    ['as lines that end with CRLF', CHUNKS.map((one) => `${one}\r\n`).join('')],
    ['as lines, then [DONE] with framing', `${CHUNKS.join('\n')}\ndata: [DONE]\n\n`],
  ])('is read: %s', (_, body) => {
    for (const pieces of [[body], body.split(/(?<=[{}])/)])
      expect(read('application/json', ...pieces)).toMatchObject({
        text: 'Guten Tag',
        outcome: 'complete',
        finishReason: 'stop',
        malformedEvents: 0,
      });
  });

  test('that was cut off inside of an object is truncated', () => {
    expect(read('application/json', `${CHUNKS[0]}\n{"object":"chat.compl`)).toMatchObject({
      text: 'Guten ',
      outcome: 'truncated',
      malformedEvents: 0,
    });
  });

  test('is a whole completion when nothing follows, also without a finish_reason', () => {
    const body = `${JSON.stringify({ choices: [{ message: { content: 'Guten Tag' } }] }, null, 2)}\n`;
    expect(read('application/json', body)).toMatchObject({ text: 'Guten Tag', outcome: 'complete' });
  });

  test('an event stream that is called a web page is read', () => {
    const body = `${CHUNKS.map((one) => `data: ${one}\n\n`).join('')}data: [DONE]\n\n`;
    expect(read('text/html; charset=utf-8', body)).toMatchObject({ text: 'Guten Tag', outcome: 'complete' });
  });
});
