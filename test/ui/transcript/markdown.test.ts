import { describe, expect, test } from 'vitest';
import type { Line } from '../../../src/ui/style/line.js';
import { plainTheme, type Theme } from '../../../src/ui/style/theme.js';
import { createHighlighter, plainHighlighter } from '../../../src/ui/transcript/markdown/highlight.js';
import { createMarkdownBody } from '../../../src/ui/transcript/markdown/markdown-body.js';

const marking: Theme = (tone, text) => (tone === 'plain' ? text : `<${tone}>${text}</>`);

const paint = (line: Line, theme: Theme): string =>
  line.map((span) => (typeof span === 'string' ? span : theme(span[0], span[1]))).join('');

function shown(text: string, width = 60, theme = plainTheme, growing = false): string[] {
  const body = createMarkdownBody({ width, highlighter: plainHighlighter });
  body.update(text, growing);
  return [...body.closed, ...body.open].map((row) => paint(row.line, theme));
}

const DOCUMENT = `# Qubits & bits

A *qubit* is a **weighted** mix of \`0\` and \`1\`; 量子コンピュータ work with many of them 👩‍🔬.
A second line.

1. First, a longer item that has to wrap somewhere near here
   - nested one
   - nested two with [a link](https://user@evil.example/x)
2. Second

   with a paragraph of its own
- [x] done
- [ ] to do

| Name | Count | What it is |
|:-----|------:|:----------:|
| bit | 1 | 0 or 1 |
| 量子ビット | 2 | a weighted mix of both of them |

> A quote that is long enough to wrap at a narrow width.
>
> - with a list

\`\`\`ts
const qubit = [Math.SQRT1_2, Math.SQRT1_2]; // a long line that does not fit

\tdone();
\`\`\`
After it.

---

~~gone~~ &lt;tag&gt; <br> https://plain.example/path and [text][ref]
`;

test.each([100, 60, 36, 20])('a document at %d columns', async (width) => {
  await expect(`${shown(DOCUMENT, width).join('\n')}\n`).toMatchFileSnapshot(
    `./markdown/document-${width}.txt`,
  );
});

test('styles', async () => {
  await expect(`${shown(DOCUMENT, 60, marking).join('\n')}\n`).toMatchFileSnapshot('./markdown/styles.txt');
});

describe('a link shows where it truly leads', () => {
  test.each([
    ['[your bank](https://evil.example/login)', 'your bank (evil.example)'],
    ['[https://bank.example](https://evil.example)', 'https://bank.example (evil.example)'],
    ['[bank.example](https://bank.example@evil.example/)', 'bank.example (evil.example)'],
    ['https://bank.example@evil.example/', 'https://bank.example@evil.example/ (evil.example)'],
    ['[раураl.com](https://раураl.com)', 'раураl.com (xn--l-7sba6dbr.com)'],
    ['[docs](/local/path)', 'docs (/local/path)'],
    ['[run](javascript:alert(1))', 'run (javascript:alert(1))'],
    ['https://plain.example/a?b=c', 'https://plain.example/a?b=c'],
    ['me@a.example', 'me@a.example'],
  ])('%s', (source, expected) => {
    expect(shown(source)).toEqual([expected]);
  });
});

describe('while it is written, no mark of something begun is shown', () => {
  test.each([
    ['some **bold te', ['some bold te']],
    ['some **', ['some']],
    ['some `co', ['some co']],
    ['a paragraph\n-', ['a paragraph']],
    ['a paragraph\n==', ['a paragraph']],
    ['| a | b |\n|--', ['| a | b |']],
    ['1', []],
  ])('%j', (source, expected) => {
    expect(shown(source, 60, plainTheme, true)).toEqual(expected);
  });
});

test('code that is still written has no lower edge yet', () => {
  expect(shown('```py\nprint(1)\npri', 40, plainTheme, true)).toEqual(['┌ py', '│ print(1)', '│ pri']);
});

test('a long answer in one block is shown whole', () => {
  const lines = Array.from({ length: 2000 }, (_, index) => `line ${index}`);
  const rows = shown(`\`\`\`\n${lines.join('\n')}\n\`\`\`\n`);
  expect(rows).toEqual(['┌', ...lines.map((line) => `│ ${line}`), '└']);
});

test('code gets its colours when its language has been loaded, and joins to itself again', async () => {
  const code = 'const a = "<b> &amp; \'c\'"; /* two\nlines */\nlast';
  const loaded = Promise.withResolvers<void>();
  const highlighter = createHighlighter(() => loaded.resolve());
  expect(highlighter.lines(code, 'ts')[0]).toEqual([{ tone: 'plain', text: code.split('\n')[0] }]);
  await loaded.promise;
  const lines = highlighter.lines(code, 'ts');
  expect(lines.map((line) => line.map(({ text }) => text).join('')).join('\n')).toBe(code);
  expect(lines[0]?.slice(0, 1)).toEqual([{ tone: 'keyword', text: 'const' }]);
  expect(lines[1]).toEqual([{ tone: 'dim', text: 'lines */' }]);
});

test('a language that is no language is shown plain', () => {
  const highlighter = createHighlighter(() => {});
  expect(highlighter.lines('x', '__proto__')).toEqual([[{ tone: 'plain', text: 'x' }]]);
  expect(highlighter.lines('x', 'constructor')).toEqual([[{ tone: 'plain', text: 'x' }]]);
});
