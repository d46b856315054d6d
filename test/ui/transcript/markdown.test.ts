import { describe, expect, test } from 'vitest';
import type { Line } from '../../../src/ui/style/line.js';
import { plainTheme, type Theme } from '../../../src/ui/style/theme.js';
import { rowsIn } from '../../../src/ui/transcript/body.js';
import { createHighlighter, plainHighlighter } from '../../../src/ui/transcript/markdown/highlight.js';
import { createMarkdownBody } from '../../../src/ui/transcript/markdown/markdown-body.js';

const marking: Theme = (tone, text) => (tone === 'plain' ? text : `<${tone}>${text}</>`);

const paint = (line: Line, theme: Theme): string =>
  line.map((span) => (typeof span === 'string' ? span : theme(span[0], span[1]))).join('');

function shown(text: string, width = 60, theme = plainTheme, growing = false): string[] {
  const body = createMarkdownBody({ width, highlighter: plainHighlighter });
  body.update(text, growing);
  return rowsIn(body).map((row) => paint(row.line, theme));
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

describe('a link shows its true target', () => {
  test.each([
    ['[your bank](https://evil.example/login)', 'your bank (evil.example)', 'https://evil.example/login'],
    ['[https://bank.example](https://evil.example)', 'https://bank.example (evil.example)'],
    [
      '[bank.example](https://bank.example@evil.example/)',
      'bank.example (evil.example)',
      'https://bank.example@evil.example/',
    ],
    ['https://bank.example@evil.example/', 'https://bank.example@evil.example/ (evil.example)'],
    ['<https://bank.example@evil.example/>', 'https://bank.example@evil.example/ (evil.example)'],
    [
      '[bank.example](https://bank.example.evil.example/a)',
      'bank.example (bank.example.evil.example)',
      'https://bank.example.evil.example/a',
    ],
    ['[раураl.com](https://раураl.com)', 'раураl.com (xn--l-7sba6dbr.com)', 'https://xn--l-7sba6dbr.com/'],
    ['[evil.example/a](https://evil.example/b)', 'evil.example/a', 'https://evil.example/b'],
    ['[a](https://e.example/x_\\(y\\) "the title")', 'a "the title" (e.example)', 'https://e.example/x_(y)'],
    ['![a chart](https://e.example/c.png)', '[image: a chart] (e.example)', 'https://e.example/c.png'],
    ['[docs](/local/path)', 'docs (/local/path)'],
    ['[a ](  b)c](d)', 'a  (b)c](d)'],
    ['[a]( b(c)) d)', 'a (b(c)) d)'],
    ['[run](javascript:alert(1))', 'run (javascript:alert(1))'],
    ['call f[]() or f[ ]()', 'call f[]() or f[ ]()'],
    ['[x](https://e.example/Foo_\\\\bar\\))', 'x (e.example)', 'https://e.example/Foo_\\bar)'],
    [
      '[x](https://e.example/?a=1&amp;b=2 "t &amp; u")',
      'x "t & u" (e.example)',
      'https://e.example/?a=1&b=2',
    ],
    ['https://e.example/?a=1&amp;b=2', 'https://e.example/?a=1&b=2'],
    ['https://plain.example/a?b=c', 'https://plain.example/a?b=c'],
    ['me@a.example', 'me@a.example'],
    ['[write](mailto:me@a.example)', 'write (mailto:me@a.example)'],
    ['詳細はhttps://a.example/x。次へ', '詳細はhttps://a.example/x。次へ'],
  ])('%s', (source, text, target?: string) => {
    expect(shown(source)).toEqual([text, ...(target === undefined ? [] : [`↗ ${target}`])]);
  });

  test('if the terminal opens links, no address is below the text', () => {
    const body = createMarkdownBody({ width: 60, highlighter: plainHighlighter, hyperlinks: true });
    body.update('[the **docs**](https://e.example/ä) and [run](javascript:x)');
    expect(body.open.map(({ line }) => line)).toEqual([
      [
        ['link', 'the ', 'https://e.example/%C3%A4'],
        ['bold', 'docs', 'https://e.example/%C3%A4'],
        ['dim', ' (e.example)'],
        ' and ',
        ['link', 'run'],
        ['dim', ' (javascript:x)'],
      ],
    ]);
  });

  test('after the end of the text, each address is once below its paragraph, item or table', () => {
    const source =
      '- see [a](http://e.example/a) and [b](http://e.example/a)\n- x\n\n| [t](http://e.example/t) |\n|---|\n';
    expect(shown(source)).toEqual([
      '• see a (e.example) and b (e.example)',
      '  ↗ http://e.example/a',
      '• x',
      '',
      't (e.example)',
      '─────────────',
      '↗ http://e.example/t',
    ]);
    expect(shown('see [a](http://e.example/a)', 60, plainTheme, true)).toEqual(['see a (e.example)']);
  });
});

describe("without styles, Markdown's marks stay visible", () => {
  test.each([
    [
      '**bold**, *slanted*, ***both***, __old__ and `code`',
      '**bold**, *slanted*, ***both***, __old__ and `code`',
    ],
    ['## A heading', '## A heading'],
    ['~~gone~~', '~~gone~~'],
    ['[a](http://e.example)', 'a (e.example)'],
  ])('%s', (source, expected) => {
    const body = createMarkdownBody({ width: 60, highlighter: plainHighlighter, styles: false });
    body.update(source);
    expect(rowsIn(body).map(({ line }) => paint(line, plainTheme))[0]).toBe(expected);
  });
});

describe('a closing fence at the end of an answer is a fence', () => {
  test.each([
    ['```js\nf()\n```', ['┌ js', '│ f()', '└']],
    ['```js\nf()\n``', ['┌ js', '│ f()', '│ ``']],
    ['````md\n```\n````', ['┌ md', '│ ```', '└']],
    ['~~~\nf()\n~~~', ['┌', '│ f()', '└']],
    ['```\n    ```', ['┌', '│     ```']],
    ['```\n```', ['┌', '└']],
  ])('%j', (source, expected) => {
    expect(shown(source)).toEqual(expected);
  });

  test('while it streams, a part of it is not shown as code', () => {
    for (const part of ['`', '``', '```'])
      expect(shown(`\`\`\`js\nf()\n${part}`, 60, plainTheme, true)).toEqual(['┌ js', '│ f()']);
  });
});

describe('no text is lost', () => {
  test.each([
    ['3. three\n5. five', ['3. three', '5. five']],
    ['1. one\n1. two\n1. three', ['1. one', '2. two', '3. three']],
    ['1) one\n2) two', ['1) one', '2) two']],
    ['| a | b |\n|---|---|\n| 1 | 2 | 3 |', ['a │ b │ ', '──┼───┼──', '1 │ 2 │ 3']],
    ['```python title="a.py"\nx\n```', ['┌ python title="a.py"', '│ x', '└']],
    ['a &lt;b&gt; &#8217; &#27; &#x202e; &copy;', ['a <b> ’ &#27; &#x202e; &copy;']],
  ])('%j', (source, expected) => {
    expect(shown(source)).toEqual(expected);
  });

  test('in a text on which the lexer fails', () => {
    expect(shown('- [\n  >5. \n$')).toEqual(['- [', '  >5.', '$']);
  });

  test('in a table without rows in a narrow window', () => {
    expect(shown('| first | second | third |\n|---|---|---|', 14)).toEqual(['first', 'second', 'third']);
  });
});

describe('a streaming text shows no mark of an incomplete element', () => {
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

test('streaming code has no lower edge yet', () => {
  expect(shown('```py\nprint(1)\npri', 40, plainTheme, true)).toEqual(['┌ py', '│ print(1)', '│ pri']);
});

test('a long answer in one block is shown whole', () => {
  const lines = Array.from({ length: 2000 }, (_, index) => `line ${index}`);
  const rows = shown(`\`\`\`\n${lines.join('\n')}\n\`\`\`\n`);
  expect(rows).toEqual(['┌', ...lines.map((line) => `│ ${line}`), '└']);
});

test('code is coloured after its language has loaded, and its pieces join to the same text', async () => {
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

test('code of an unknown language is plain', () => {
  const highlighter = createHighlighter(() => {});
  expect(highlighter.lines('x', '__proto__')).toEqual([[{ tone: 'plain', text: 'x' }]]);
  expect(highlighter.lines('x', 'constructor')).toEqual([[{ tone: 'plain', text: 'x' }]]);
});
