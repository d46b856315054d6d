import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cellWidth } from '../../../src/state/text/graphemes.js';
import { shownPiece, wrapLine } from '../../../src/state/text/wrap.js';

const rows = (line: string, width: number): string[] =>
  wrapLine(line, { width }).map((piece) => shownPiece(line, piece));

describe('a line is broken', () => {
  test.each([
    ['between words', 'the quick brown fox', 10, ['the quick', 'brown fox']],
    [
      'inside a word that is too long, after starting it on a new row',
      'see abcdefghijklm',
      8,
      ['see', 'abcdefgh', 'ijklm'],
    ],
    ['between wide characters, which have no spaces', '量子計算機理論', 7, ['量子計', '算機理', '論']],
    ['never inside a grapheme', '👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 3, ['👩‍👩‍👧‍👦', '👩‍👩‍👧‍👦']],
    ['not after its indentation', '   abcdefgh', 8, ['   abcde', 'fgh']],
    ['with spaces past the width', 'abcd      efgh', 4, ['abcd', 'efgh']],
    ['not at all when it is empty', '', 5, ['']],
    ['not before a comma or a full stop', '量子、計算。終', 4, ['量', '子、', '計', '算。', '終']],
    ['not before a closing bracket', '（量子）と計', 6, ['（量', '子）と', '計']],
    ['not after an opening bracket', '量子「計算」', 6, ['量子', '「計', '算」']],
    ['not inside an ellipsis or a dash', '量子……計', 5, ['量', '子……', '計']],
    ['not before a small kana or a sound mark', 'ミュージック', 6, ['ミュー', 'ジック']],
    ['not before a narrow mark after a wide character', '量子計,算!', 5, ['量子', '計,', '算!']],
    ['not after a quotation mark that opens', '他说“你好”。', 5, ['他说', '“你', '好”。']],
    ['between a currency and the text before it', '値段は￥100', 8, ['値段は', '￥100']],
    ['anywhere in marks that fill a row', '量！！！！', 4, ['量！', '！！', '！']],
    ['after a wide space, which may exceed the width', '量子　計算', 4, ['量子', '計算']],
  ])('%s', (_name, line, width, expected) => {
    expect(rows(line, width)).toEqual(expected);
  });

  test('with tabs that extend to their next stop', () => {
    expect(rows('a\tb', 10)).toEqual(['a   b']);
    expect(wrapLine('abc\tdef', { width: 6 })).toHaveLength(2);
  });
});

const text = fc.string({
  unit: fc.constantFrom('a', 'bc', ' ', '  ', '世', '。', '「', ',', '　', '👩‍👧', 'e\u0301', 'word ', '\t'),
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
