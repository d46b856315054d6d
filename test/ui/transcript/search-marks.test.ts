import { expect, test } from 'vitest';
import { searchPattern } from '../../../src/state/view/search.js';
import { rowsIn } from '../../../src/ui/transcript/body.js';
import { plainHighlighter } from '../../../src/ui/transcript/markdown/highlight.js';
import { createMarkdownBody } from '../../../src/ui/transcript/markdown/markdown-body.js';
import { markMatches } from '../../../src/ui/transcript/search-marks.js';

/** The rows with marked text in brackets, and the current match in double brackets. */
function marked(text: string, query: string, { width = 20, current = 0 } = {}): string[] {
  const body = createMarkdownBody({ width, highlighter: plainHighlighter });
  body.update(text);
  const pattern = searchPattern(query) ?? /(?!)/g;
  return markMatches(rowsIn(body), pattern, current).map((line) =>
    line
      .map((span) => {
        if (typeof span === 'string') return span;
        const [tone, words] = span;
        return tone === 'match' ? `[${words}]` : tone === 'current-match' ? `[[${words}]]` : words;
      })
      .join(''),
  );
}

test('all matches of a row are marked, and the current match has a different style', () => {
  expect(marked('one two one\n\none', 'one')).toEqual(['[[one]] two [[one]]', '', '[one]']);
});

test('a match that continues in the next row is marked in both', () => {
  expect(marked('a longer text whose words wrap', 'text whose', { width: 14 })).toEqual([
    'a longer [[text]]',
    '[[whose]] words',
    'wrap',
  ]);
});

test('a match in a wrapped line of code is marked without the edge', () => {
  expect(marked('```\nabcdefghijklmnopqrstuvwxyz\n```', 'qrstu', { current: 9 })).toEqual([
    '┌',
    '│ abcdefghijklmnop[qr]',
    '↪ [stu]vwxyz',
    '└',
  ]);
});

test('no match joins two lines', () => {
  expect(marked('- one\n- two', 'one two')).toEqual(['• one', '• two']);
});
