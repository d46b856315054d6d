import fc from 'fast-check';

const names = fc.constantFrom(
  ...[
    'a',
    'x_y',
    '日本語',
    'שלום',
    'e\u0301a\u0308',
    '👩🏽‍💻',
    '🏴󠁧󠁢󠁳󠁣󠁴󠁿',
    'มาตรา ๓๗',
    'हिन्दी',
    'a [b] c',
    '`]`',
    '**b**',
  ],
  ...[
    'a\\]b',
    '[',
    ']',
    '![i](u)',
    '`a|b`',
    '`` ` ``',
    '<b>c</b>',
    '&lbrack;',
    '"q"',
    "it's",
    '~~s~~',
    '$x$',
  ],
);
const addresses = fc.constantFrom(
  ...[
    'https://e.example/Foo_\\\\bar\\)',
    'https://e.example/a(b(c)d)',
    'https://e.example/a\\(b',
    '<a b (c>',
    '<>',
    '',
  ],
  ...[
    '<https://e.example/\\>x>',
    'https://e.example/?a=1&amp;b=2&copy=3',
    '\\\\server\\share',
    'C:\\dir\\a.md',
    '#top',
  ],
  ...[
    'https://e.example/%20a',
    'https://日本.example/路',
    'mailto:me@e.example',
    'http://e.example:8080/',
    '*a*',
    '_b_',
  ],
  ...[
    'https://user:pw@e.example/',
    'HTTPS://E.example/A',
    '//e.example/x',
    'a\\*b',
    '<a\\<b>',
    'https://e.example/[x]',
  ],
);
const titles = fc.constantFrom(
  ...[
    '',
    '',
    ' "t"',
    " 'it is'",
    ' (t)',
    ' "a \\" b"',
    ' "a\nb"',
    ' "(x)"',
    " '\"'",
    ' ""',
    ' "a" ',
    '\n"t"',
    ' "&amp;"',
  ],
);
const link = fc
  .tuple(fc.constantFrom('', '', '!', '\\'), names, fc.constantFrom('', ' ', '\n'), addresses, titles)
  .map(([mark, name, space, address, title]) => `${mark}[${name}](${space}${address}${title})`);
const nested = fc.tuple(link, addresses).map(([inner, address]) => `[${inner}](${address})`);

const autolinks = fc.constantFrom(
  ...[
    '<https://e.example/a_b*c>',
    '<me@e.example>',
    'https://e.example/a_(b).',
    '(https://e.example/x)',
    'www.e.example,',
  ],
  ...[
    'https://e.example/x&lt;',
    '"https://e.example"',
    'https://e.example/日本',
    'http://localhost:8080/a~b',
    '<x:y>',
    '<a>',
  ],
  ...[
    'https://e.example/**b**',
    '**https://e.example/**',
    'me@e.example.',
    'ftp://e.example/a',
    'https://e.example/a|b',
  ],
);
const html = fc.constantFrom(
  ...[
    '<sup>1</sup>',
    '<br/>',
    '<kbd>ctrl</kbd>+<kbd>c</kbd>',
    '<img src="a.png" alt="*x*">',
    '<!-- a\nb -->',
    '<![CDATA[ * ]]>',
  ],
  ...[
    '<a href="https://e.example">*x*</a>',
    '<details><summary>s</summary>',
    '</details>',
    '<div align="center">',
    '</div>',
  ],
  ...[
    '<pre>\n*a*\n\n_b_\n</pre>',
    '<script>\nlet a = b * c * d;\n</script>',
    '<?php echo 1 ?>',
    '<T extends U>',
    'Vec<u8>',
    '<|x|>',
  ],
  ...[
    '<think>',
    '</think>',
    'a <b and c> d',
    '<custom-tag a=1>',
    '<table><tr><td>1</td></tr></table>',
    '< b >',
    '<=',
    '->',
    '<-',
  ],
);
const formulas = fc.constantFrom(
  ...[
    '$a_1 * b_1$',
    '$$\\sum_{i=1}^n x_i$$',
    '\\(\\frac{a}{b}\\)',
    '\\[ a_{1} \\\\ b \\]',
    '$5 and $6',
    '\\$5',
    '$\\$5$',
  ],
  ...[
    '\\begin{matrix} a & b \\\\ c & d \\end{matrix}',
    '$|x|$',
    '\\(a\\',
    '$a$b$',
    '\\[x',
    '\\]',
    '$`a`$',
    '$\\{a\\}$',
  ],
);
const scripts = fc.constantFrom(
  ...[
    '**日本語（括弧）**の',
    '**「強調」**です',
    '*한국어*는',
    '~~取消~~。',
    '`コード`。',
    'https://e.example/x。次',
    '（**太字**）',
    '**a**中',
  ],
  ...[
    'עברית **מודגש** english',
    'العربية `كود` text',
    '\u202eabc\u202c',
    '\u2067x\u2069',
    'e\u0301\u0302',
    '\u0301',
    '👨‍👩‍👧‍👦',
    '❤️‍🔥',
    '🇩🇪🇩',
  ],
  ...[
    '가\u1100\u1161',
    'ﷺ',
    '\u00a0',
    '\u3000',
    'a\u00adb',
    'a\u200bb',
    'a\u2028b',
    '\ufeffa',
    '\ud83d',
    'नि',
    'กำ',
    '①',
    '½',
    'ǆ',
  ],
);
const controls = fc.constantFrom(
  ...[
    'a\tb',
    '\t',
    'a\r\nb',
    'a\rb',
    'a\0b',
    '\u001b[31mred\u001b[0m',
    '\u001b]8;;x\u0007y',
    '\u009b1m',
    '\u0007',
    'a\bb',
    '\u007f',
  ],
);
const marks = fc.constantFrom(
  ...[
    '*',
    '**',
    '***',
    '_',
    '__',
    '~',
    '~~',
    '`',
    '``',
    '|',
    '\\|',
    '\\',
    '\\\\',
    '[',
    ']',
    '(',
    ')',
    '](',
    '!',
    '<',
    '>',
    '&',
    '#',
  ],
  ...[
    '- ',
    '+ ',
    '1. ',
    '> ',
    '    ',
    '\n',
    '\n\n',
    '  \n',
    '\\\n',
    '---',
    '===',
    '```',
    '~~~',
    ':',
    '"',
    '[^1]',
    '[^1]: x',
    '[r]: u',
  ],
);
const footnotes = fc.constantFrom(
  ...[
    'text[^1]',
    '[^1]: The note.',
    '[^note]: a\n    b',
    '[a][1]',
    '[a][]',
    '[1]: https://e.example "t"',
    '[a]: <b c>',
    '[^1]',
    '\\[^1]',
  ],
);
const piece = fc.oneof(
  { arbitrary: link, weight: 3 },
  nested,
  autolinks,
  html,
  formulas,
  scripts,
  controls,
  { arbitrary: marks, weight: 3 },
  footnotes,
  names,
);
const row = fc
  .array(fc.tuple(piece, fc.constantFrom(' ', '', ' ', ', ', '. ')), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.flat().join(''));

const table = fc
  .tuple(
    fc.array(
      fc.array(fc.oneof(piece, fc.constantFrom('`a|b`', '`a\\|b`', '\\|', '', ' ', '**a|b**', '\\\\|')), {
        minLength: 1,
        maxLength: 4,
      }),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
    fc.constantFrom('|-', '|:-:', '|--:', ' | ---'),
    fc.constantFrom('', '  ', '> ', '   '),
  )
  .map(([rows, rule, before]) => {
    const [header = [], ...rest] = rows.map((cells) =>
      cells.map((text) => text.replace(/\s*[\n\r\u2028]\s*/g, ' ')),
    );
    const line = (cells: readonly string[]): string => `${before}| ${cells.join(' | ')} |`;
    return [line(header), `${before}${rule.repeat(header.length)}|`, ...rest.map(line)].join('\n');
  });
const fence = fc
  .tuple(
    fc.constantFrom('', ' ', '  ', '   ', '    ', '\t', '> ', '- ', '1. ', '- - '),
    fc.constantFrom('```', '~~~', '````', '`````'),
    fc.constantFrom('', 'mermaid', 'diff', 'js {1,3}', 'c++ "a b"', ' sh ', '{.py}', 'a`b', 'tex'),
    fc.array(
      fc.oneof(
        row,
        fc.constantFrom('', 'graph TD', '  A --> B[*x*]', '\tx', '```', '~~~', '  ```', '+ a', '# b', '$$'),
      ),
      {
        maxLength: 4,
      },
    ),
    fc.constantFrom('', '', ' ', '  ', '    '),
    fc.boolean(),
  )
  .map(([before, mark, info, lines, after, closed]) => {
    const goesOn = before.replace(/[-\d.]/g, ' ');
    const all = [
      before + mark + info,
      ...lines.map((text) => goesOn + text),
      ...(closed ? [goesOn + after + mark] : []),
    ];
    return all.join('\n');
  });
const deep = fc
  .array(
    fc.tuple(
      fc.nat(10),
      fc.constantFrom('- ', '* ', '+ ', '1. ', '10) ', '- [ ] ', '- [x] ', '> ', '', '-\t', '-     ', '#'),
      fc.oneof(row, fence, fc.constantFrom('a', '', '```', 'b\n\n')),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((items) =>
    items
      .map(([depth, mark, text]) => {
        const indent = '  '.repeat(depth);
        return indent + mark + text.replaceAll('\n', `\n${indent}  `);
      })
      .join('\n'),
  );
const long = fc
  .tuple(fc.oneof(row, names), fc.constantFrom(' ', '', '\n'), fc.integer({ min: 200, max: 3000 }))
  .map(([text, between, count]) => `${text}${between}`.repeat(Math.ceil(count / (text.length + 1))));

/** Constructs that Markdown parsers interpret differently, in every combination. */
export const harderText: fc.Arbitrary<string> = fc
  .array(
    fc.tuple(
      fc.oneof(
        { arbitrary: row, weight: 5 },
        { arbitrary: table, weight: 2 },
        { arbitrary: fence, weight: 2 },
        { arbitrary: deep, weight: 2 },
      ),
      fc.constantFrom('\n', '\n\n', '\r\n', '\n \n', '\n\n\n'),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((blocks) => blocks.flat().join(''));

/** Answers with lines and blocks of thousands of characters. */
export const longText: fc.Arbitrary<string> = fc
  .tuple(harderText, long, harderText)
  .map(([before, text, after]) => before + text + after);
