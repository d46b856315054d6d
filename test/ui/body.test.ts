import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainTheme, type Theme } from '../../src/ui/theme.js';
import { createBody, type Row } from '../../src/ui/transcript/body.js';

const marking: Theme = (tone, text) => `<${tone}>${text}`;

function rowsOf(text: string, width: number, theme: Theme = plainTheme): Row[] {
  const body = createBody(width, theme, 'light');
  body.update(text);
  return [...body.closed, ...body.open];
}
const texts = (rows: readonly Row[]): string[] => rows.map(({ text }) => text);

test('headings, code, lists and quotes are told apart', () => {
  const text =
    '# Title\nplain text\n- a list item that wraps\n```ts\n# no heading\n```\n> a quote that wraps too';
  expect(texts(rowsOf(text, 20, marking))).toEqual([
    '<bold>Title',
    'plain text',
    '- a list item that',
    '  wraps',
    '  <dim>```ts',
    '  # no heading',
    '  <dim>```',
    '> a quote that wraps',
    '  too',
  ]);
});

test('code is kept as it is, and cut at the edge instead of between words', () => {
  expect(texts(rowsOf('```\n\tif (a) {  b  }\n', 12))).toEqual(['  ```', '      if (a)', '   {  b  }', '']);
});

const markdown = fc
  .array(
    fc.constantFrom(
      '# ',
      '## head',
      '\n',
      '\n\n',
      '- ',
      '12. ',
      '```',
      '```ts\n',
      '> ',
      'word ',
      'longerword',
      '世界',
      '  ',
      '\t',
      '👩‍👧',
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

test('a text that grows gives the rows of the whole text', () => {
  fc.assert(
    fc.property(
      markdown,
      fc.array(fc.nat(100), { maxLength: 10 }),
      fc.integer({ min: 16, max: 30 }),
      (text, cuts, width) => {
        const body = createBody(width, marking, 'light');
        for (const cut of [...cuts.sort((a, b) => a - b), text.length]) body.update(text.slice(0, cut));
        expect([...body.closed, ...body.open]).toEqual(rowsOf(text, width, marking));
      },
    ),
    { numRuns: 2000 },
  );
});

test('rows that are closed never change', () => {
  fc.assert(
    fc.property(markdown, markdown, (text, more) => {
      const body = createBody(20, marking, 'light');
      body.update(text);
      const before = [...body.closed];
      body.update(text + more);
      expect(body.closed.slice(0, before.length)).toEqual(before);
    }),
    { numRuns: 1000 },
  );
});

test('offsets rise from row to row', () => {
  fc.assert(
    fc.property(markdown, (text) => {
      const offsets = rowsOf(text, 16).map(({ offset }) => offset);
      expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
    }),
  );
});

test('one paragraph without a newline costs what is new, however long it is', () => {
  const timeOf = (words: number): number => {
    const body = createBody(80, plainTheme, 'light');
    const whole = 'word '.repeat(words + 200);
    body.update(whole.slice(0, words * 5));
    const startMs = performance.now();
    for (let step = 1; step <= 200; step += 1) body.update(whole.slice(0, (words + step) * 5));
    return performance.now() - startMs;
  };
  timeOf(100);
  expect(timeOf(100_000)).toBeLessThan(Math.max(40, 10 * timeOf(100)));
});
