import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cut, fill, joinThatFit, lineWidth, plainText, spread } from '../../../src/ui/style/line.js';

test('a line is cut between graphemes with an ellipsis and keeps its styles', () => {
  expect(plainText(cut([['bold', 'hello '], 'world'], 8))).toBe('hello w…');
  expect(plainText(cut(['世界世界'], 6))).toBe('世界…');
  expect(cut(['fits'], 4)).toEqual(['fits']);
  expect(cut([['dim', 'hello']], 3)).toEqual([['dim', 'he…']]);
});

test("`spread` drops the right part when both don't fit", () => {
  expect(plainText(spread(['left'], ['right'], 12))).toBe('left   right');
  expect(plainText(spread(['left'], ['right'], 9))).toBe('left     ');
});

test('as many items are joined as fit', () => {
  expect(plainText(joinThatFit([['one'], ['two'], ['three']], 9))).toBe('one  two');
});

test('filled and spread lines are exactly as wide as they should be', () => {
  const line = fc.array(fc.constantFrom('ab', '世', '👩‍👧', ' ', 'e\u0301'), { maxLength: 12 });
  fc.assert(
    fc.property(line, line, fc.integer({ min: 1, max: 20 }), (left, right, width) => {
      expect(lineWidth(fill(left, width))).toBe(width);
      expect(lineWidth(spread(left, right, width))).toBe(width);
      expect(lineWidth(cut(left, width))).toBeLessThanOrEqual(width);
    }),
  );
});
