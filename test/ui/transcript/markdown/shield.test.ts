import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rowsIn } from '../../../../src/ui/transcript/body.js';
import { plainHighlighter } from '../../../../src/ui/transcript/markdown/highlight.js';
import { createMarkdownBody } from '../../../../src/ui/transcript/markdown/markdown-body.js';
import { shield } from '../../../../src/ui/transcript/markdown/shield.js';

/** A paragraph's rows with their styles. */
function shown(text: string): string {
  const body = createMarkdownBody({ width: 200, highlighter: plainHighlighter });
  body.update(text);
  return rowsIn(body)
    .map(({ line }) =>
      line.map((span) => (typeof span === 'string' ? span : `<${span[0]}>${span[1]}</>`)).join(''),
    )
    .join('\n');
}

describe('text that only looks like markup stays unchanged', () => {
  test.each([
    '10~20 ms then 30~40 ms',
    'HEAD~1 and HEAD~2',
    'it costs ~5 €, or ~6 €',
    '\\(a^2\\) and \\(b_1 * c_1 * d\\)',
    'so \\[ x_{1} * y_{2} * z \\] holds',
    'inline $a_1*b_1*c$ and $\\alpha\\_x$',
    '\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}',
    '$$\nf(x)\n= g(x)\n+ h(x)\n- 1\n$$',
    '\\[\n\\begin{bmatrix}\n1 & 2 \\\\\n3 & 4 \\\\[4pt]\n\\end{bmatrix}\n\\]',
    'C:\\\\temp and \\\\server\\share',
    'C:\\Users\\me\\*.txt and \\\\host\\_share_\\*',
    '2*3*4 = 24 and 2 * 3 * 4',
    'x**2 + y**2 = z**2',
    '(a+b)*(c+d)*(e+f)',
    'src/*.ts and test/*.js',
    '"*.ts", "*.js"',
    'call __init__ and __main__, with __FILE__',
    'from $5 to $10, or US$5-$10',
    'set $HOME/$USER',
    'snake_case_name and 5* hotels, 4* too',
  ])('%j', (source) => {
    expect(shown(source)).toBe(source);
  });
});

describe('markup beside such text is rendered', () => {
  test.each([
    ['**C**reate, **R**ead', '<bold>C</>reate, <bold>R</>ead'],
    ['**2*3** and *a*', '<bold>2*3</> and <italic>a</>'],
    ['**$5** or **$x**', '<bold>$5</> or <bold>$x</>'],
    ['\\*not\\* and \\_this\\_ \\# \\~', '*not* and _this_ # ~'],
    ['`a**b` and **c**', '<code>a**b</> and <bold>c</>'],
    ['`$a` and `$b` \\(x\\)', '<code>$a</> and <code>$b</> \\(x\\)'],
    ['**\\(x_1\\)** is *$y_1$*', '<bold>\\(x_1\\)</> is <italic>$y_1$</>'],
    ['~~10~20~~', '<dim>~~</><struck>10~20</><dim>~~</>'],
    ['**GET /users/** and **/etc/hosts**', '<bold>GET /users/</> and <bold>/etc/hosts</>'],
    [
      '***both*** **_both_** *__both of it__*',
      '<bold-italic>both</> <bold-italic>both</> <bold-italic>both of it</>',
    ],
    ['\\[ not closed\n\nhere **b**', '\\[ not closed\n\nhere <bold>b</>'],
  ])('%j', (source, expected) => {
    expect(shown(source)).toBe(expected);
  });
});

// From the proposal: https://github.com/tats-u/markdown-cjk-friendly/blob/main/specification.md
describe('emphasis begins and ends beside CJK punctuation', () => {
  test.each([
    ['**日本語（括弧）**の', '<bold>日本語（括弧）</>の'],
    ['**「市場」**です', '<bold>「市場」</>です'],
    ['谺𬤲**（こだま）**石神社', '谺𬤲<bold>（こだま）</>石神社'],
    ['我可以强调**这个`code`**吗', '我可以强调<bold>这个</><code>code</>吗'],
    ['**이 용어(This term)**를', '<bold>이 용어(This term)</>를'],
    ['*斜体。*の', '<italic>斜体。</>の'],
    ['~~（取消）~~の', '<dim>~~</><struck>（取消）</><dim>~~</>の'],
    ['和**“引号”**的', '和<bold>“引号”</>的'],
    ['x**2 + y**2 は**（式）**です', 'x**2 + y**2 は<bold>（式）</>です'],
  ])('%s', (source, expected) => {
    expect(shown(source)).toBe(expected);
  });
});

const parts = fc.constantFrom(
  ...[
    '*',
    '**',
    '~',
    '~~',
    '$',
    '$$',
    '\\',
    '\\(',
    '\\)',
    '\\[',
    '\\]',
    '`',
    '``',
    '_',
    '__',
    '/',
    '\n',
    '\n\n',
  ],
  ...[
    ' ',
    'a',
    '2',
    '（',
    '。',
    '語',
    '\\begin{a}',
    '\\end{a}',
    '|',
    '[',
    '](b)',
    '😀',
    '\ud83d\ude00\u200d',
  ],
);

test('a shielded text is as long as its source and can be restored', () => {
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 60 }), (pieces) => {
      const source = pieces.join('');
      const { text, restore } = shield(source);
      expect(text).toHaveLength(source.length);
      expect(restore(text)).toBe(source);
    }),
    { numRuns: 2000 },
  );
});

test('unclosed formulas take linear time', () => {
  // Searching for an end from each place would exceed the test's time limit.
  for (const opener of ['\\[', '\\(', '$a', '$$', '\\begin{a}', '`a``', '\\', '__a', '~', '*a ', '/*'])
    shield(opener.repeat(50_000));
});
