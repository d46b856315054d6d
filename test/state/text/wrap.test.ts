import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cellWidth } from '../../../src/state/text/graphemes.js';
import { shownPiece, wrapLine } from '../../../src/state/text/wrap.js';

const rows = (line: string, width: number, restWidth = width): string[] =>
  wrapLine(line, { width, restWidth }).map((piece) => shownPiece(line, piece));

describe('a line is broken', () => {
  test.each([
    ['between words', 'the quick brown fox', 10, ['the quick', 'brown fox']],
    [
      'inside a word that is too long, after starting it on a new row',
      'see abcdefghijklm',
      8,
      ['see', 'abcdefgh', 'ijklm'],
    ],
    ['between wide characters, which have no spaces', '量子コンピュータ', 7, ['量子コ', 'ンピュ', 'ータ']],
    ['never inside a grapheme', '👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 3, ['👩‍👩‍👧‍👦', '👩‍👩‍👧‍👦']],
    ['not after its indentation', '   abcdefgh', 8, ['   abcde', 'fgh']],
    ['with spaces past the width', 'abcd      efgh', 4, ['abcd', 'efgh']],
    ['not at all when it is empty', '', 5, ['']],
  ])('%s', (_name, line, width, expected) => {
    expect(rows(line, width)).toEqual(expected);
  });

  test('into a first row of another width', () => {
    expect(rows('one two three four', 10, 6)).toEqual(['one two', 'three', 'four']);
  });

  test('with tabs that extend to their next stop', () => {
    expect(rows('a\tb', 10)).toEqual(['a   b']);
    expect(wrapLine('abc\tdef', { width: 6 })).toHaveLength(2);
  });
});

const text = fc.string({
  unit: fc.constantFrom('a', 'bc', ' ', '  ', '世', '👩‍👧', 'e\u0301', 'word ', '\t'),
  maxLength: 60,
});
const widths = fc.integer({ min: 2, max: 20 });

test('the rows cover the line and fit the width', () => {
  fc.assert(
    fc.property(text, widths, (line, width) => {
      const pieces = wrapLine(line, { width });
      expect(pieces.map(({ start, end }) => line.slice(start, end)).join('')).toBe(line);
      for (const piece of pieces)
        expect(cellWidth(shownPiece(line, piece))).toBeLessThanOrEqual(Math.max(width, 4));
    }),
  );
});

test('when a line grows, all rows but the last stay the same', () => {
  fc.assert(
    fc.property(text, text, widths, (line, more, width) => {
      const before = wrapLine(line, { width }).slice(0, -1);
      expect(wrapLine(line + more, { width }).slice(0, before.length)).toEqual(before);
    }),
    { numRuns: 1000 },
  );
});
