import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainText } from '../../../src/ui/style/line.js';
import { type Body, createPlainBody, rowsIn } from '../../../src/ui/transcript/body.js';
import { plainHighlighter } from '../../../src/ui/transcript/markdown/highlight.js';
import { createMarkdownBody } from '../../../src/ui/transcript/markdown/markdown-body.js';

const bodies: readonly (readonly [name: string, make: (width: number) => Body])[] = [
  ['plain text', (width) => createPlainBody(width, 'plain')],
  ['markdown', (width) => createMarkdownBody({ width, highlighter: plainHighlighter })],
];

const text = fc
  .array(
    fc.constantFrom(
      ...[
        '# ',
        '## head',
        '\n',
        '\n\n',
        '- ',
        '12. ',
        '```',
        '```ts\n',
        '~~~\n',
        '> ',
        'word ',
        'longerword',
      ],
      ...[
        '世界',
        '  ',
        '    ',
        '\t',
        '👩‍👧',
        '**',
        '*',
        '`',
        '| a | b |\n|---|--:|\n',
        '| cell ',
        '---\n',
        '===',
      ],
      ...['[link](http://a.example)', '[ref]: http://b.example\n', '<b>', '&amp;', '\\', '!'],
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

test.each(bodies)('%s that grows gives the same rows as the whole text', (_name, make) => {
  fc.assert(
    fc.property(
      text,
      fc.array(fc.nat(200), { maxLength: 10 }),
      fc.integer({ min: 16, max: 60 }),
      (whole, cuts, width) => {
        const growing = make(width);
        for (const cut of cuts.sort((a, b) => a - b)) growing.update(whole.slice(0, cut), true);
        growing.update(whole);
        const once = make(width);
        once.update(whole);
        expect(rowsIn(growing)).toEqual(rowsIn(once));
      },
    ),
    { numRuns: 600 },
  );
});

test.each(bodies)('%s: closed rows never change', (_name, make) => {
  fc.assert(
    fc.property(text, text, (first, more) => {
      const body = make(20);
      body.update(first, true);
      const before = [...body.closed];
      body.update(first + more, true);
      expect(body.closed.slice(0, before.length)).toEqual(before);
    }),
    { numRuns: 1000 },
  );
});

test.each(bodies)('%s: offsets increase from row to row, and rows fit their width', (_name, make) => {
  fc.assert(
    fc.property(text, fc.integer({ min: 18, max: 60 }), (whole, width) => {
      const body = make(width);
      body.update(whole);
      const offsets = rowsIn(body).map(({ offset }) => offset);
      expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
      for (const row of rowsIn(body)) expect(row.width).toBeLessThanOrEqual(width);
    }),
    { numRuns: 1000 },
  );
});

test.each(bodies)(
  '%s: the time for a long paragraph without a newline depends only on its new text',
  (_name, make) => {
    const words = 100_000;
    const body = make(80);
    const whole = 'word '.repeat(words + 2000);
    body.update(whole.slice(0, words * 5));
    // Wrapping the whole text each time would exceed the test's time limit.
    for (let step = 1; step <= 2000; step += 1) body.update(whole.slice(0, (words + step) * 5), true);
    const rows = rowsIn(body);
    expect(rows.at(-1)?.offset).toBeGreaterThan(words * 5);
  },
);

test('plain text is shown unchanged', () => {
  const body = createPlainBody(20);
  body.update('# no heading\n- and **no** list that wraps here');
  expect(rowsIn(body).map((row) => plainText(row.line))).toEqual([
    '# no heading',
    '- and **no** list',
    'that wraps here',
  ]);
});
