import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { bidiMark } from '../../../src/common/text/bidi.js';
import {
  cellWidth,
  graphemeWidth,
  isNarrow,
  segments,
  shownLine,
} from '../../../src/state/text/graphemes.js';

test('every character of the basic plane has the same width as in string-width', () => {
  const wrong: string[] = [];
  for (let code = 0x20; code < 0x10000; code += 1) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const character = String.fromCharCode(code);
    if (bidiMark(character) !== undefined) continue;
    if (graphemeWidth(character, 0) !== stringWidth(character)) wrong.push(`U+${code.toString(16)}`);
  }
  expect(wrong).toEqual([]);
});

test('a shown line has spaces for tabs and marks for bidirectional controls, and its width includes them', () => {
  const line = 'a\tb\u202ec\u2069\td';
  expect(shownLine(line)).toBe('a   b‹RLO›c‹PDI›    d');
  expect(cellWidth(line)).toBe(shownLine(line).length);
});

test('characters of one cell keep their width next to each other', () => {
  const narrow = Array.from({ length: 0x2800 }, (_, code) => String.fromCharCode(code)).filter(isNarrow);
  expect(narrow.length).toBeGreaterThan(1000);
  for (const character of narrow) {
    expect([...segments(`a${character}${character}b`)]).toHaveLength(4);
    expect(stringWidth(`a${character}${character}b`)).toBe(4);
  }
});

test('each letter of a grapheme has its cells, as in xterm, VTE, Konsole, Alacritty, kitty, st and screen', () => {
  // Letters joined by a virama, and the vowels AM of Thai and Lao, which are letters.
  for (const [text, cells] of [
    ['क्ष', 2],
    ['न्दी', 3],
    ['हिन्दी', 5],
    ['กำ', 2],
    ['ລຳ', 2],
    ['กี', 1],
    ['ᄒᆞᆫ', 2],
    ['ｶﾞ', 2],
    ['e\u0301', 1],
  ] as const)
    expect([text, cellWidth(text)]).toEqual([text, cells]);
});
