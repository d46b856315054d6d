import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LONG_TEXT } from '../../../src/simulator/answers/long.js';
import { UNICODE_SAMPLE } from '../../../src/simulator/answers/unicode.js';
import { tokenise } from '../../../src/simulator/chat/tokens.js';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        'word ',
        ' ',
        '\n',
        '\r\n',
        '\r',
        '漢字',
        '👨‍👩‍👧‍👦',
        'e\u0301',
        '\u0301',
        '**',
        '12345',
        '\ud800',
      ),
    )
    .map((parts) => parts.join('')),
);

test('the joined pieces are the text', () => {
  fc.assert(
    fc.property(anyText, (text) => [...tokenise(text)].join('') === text),
    { numRuns: 1_000 },
  );
});

test('no piece is empty and none ends inside a grapheme', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const starts = new Set([...graphemes.segment(text)].map(({ index }) => index));
      let at = 0;
      for (const piece of tokenise(text)) {
        if (piece === '' || !starts.has(at)) return false;
        at += piece.length;
      }
      return true;
    }),
    { numRuns: 1_000 },
  );
});

test('a word includes the space before it, and marks, digits and ideographs are separate', () => {
  expect([...tokenise('Hello big world, 12345 **x**\n\n你好 👍🏽!')]).toEqual([
    'Hello',
    ' big',
    ' world',
    ',',
    ' 123',
    '45',
    ' **',
    'x',
    '**',
    '\n\n',
    '你',
    '好',
    ' 👍🏽',
    '!',
  ]);
});

test('pieces of English prose are about four characters long', () => {
  const count = [...tokenise(LONG_TEXT)].length;
  expect(LONG_TEXT.length / count).toBeGreaterThan(3.5);
  expect(LONG_TEXT.length / count).toBeLessThan(4.8);
});

test('an emoji of several code points is one piece', () => {
  const pieces = [...tokenise(UNICODE_SAMPLE)].map((piece) => piece.trim());
  expect(pieces).toEqual(expect.arrayContaining(['👨‍👩‍👧‍👦', '🏳️‍🌈', '👍🏽', '🇫🇷']));
});
