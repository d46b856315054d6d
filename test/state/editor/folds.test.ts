import { expect, test } from 'vitest';
import { foldPaste, foldPlaces, unfolded } from '../../../src/state/editor/folds.js';

const lines = (count: number): string => Array(count).fill('x').join('\n');

test.each([
  ['twelve lines', lines(12), undefined],
  ['thirteen lines', lines(13), '[pasted 13 lines]'],
  ['3,999 characters on one line', 'x'.repeat(3999), undefined],
  ['4,000 characters on one line', 'x'.repeat(4000), '[pasted 4,000 characters]'],
  ['a long line with its newline', `${'x'.repeat(4000)}\n`, '[pasted 4,001 characters]'],
  ['a newline in a long text', `${'x'.repeat(4000)}\ny`, '[pasted 2 lines]'],
  ['a newline at the end', `${lines(300)}\n`, '[pasted 300 lines]'],
])('%s: shown unchanged, or as a label with its size', (_name, text, label) => {
  expect(foldPaste(text, []).shown).toBe(label ?? text);
});

test('different texts have different labels, and equal texts have the same label', () => {
  const first = foldPaste(lines(20), []);
  const second = foldPaste(`${lines(19)}\ny`, first.folds);
  expect(second.shown).toBe('[pasted 20 lines #2]');
  expect(foldPaste(lines(20), second.folds)).toEqual({ shown: '[pasted 20 lines]', folds: second.folds });
});

test('a sent draft has the pasted texts in place of their labels, also when two labels are equal', () => {
  const { folds } = foldPaste(`${lines(19)}\ny`, foldPaste(lines(20), []).folds);
  const draft = 'a [pasted 20 lines #2] b [pasted 20 lines] c [pasted 20 lines] [pasted 20 line';
  expect(foldPlaces(draft, folds).map(({ start }) => start)).toEqual([2, 25, 45]);
  expect(unfolded(draft, folds)).toBe(`a ${lines(19)}\ny b ${lines(20)} c ${lines(20)} [pasted 20 line`);
});
