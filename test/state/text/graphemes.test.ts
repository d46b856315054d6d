import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { graphemeWidth } from '../../../src/state/text/graphemes.js';

test('every character of the basic plane has the width that string-width gives it', () => {
  const wrong: string[] = [];
  for (let code = 0x20; code < 0x10000; code += 1) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const character = String.fromCharCode(code);
    if (graphemeWidth(character, 0) !== stringWidth(character)) wrong.push(`U+${code.toString(16)}`);
  }
  expect(wrong).toEqual([]);
});
