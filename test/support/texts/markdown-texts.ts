import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';

const FOLDER = join(import.meta.dirname, '..', '..', 'fixtures', 'answers');

/** The answers of the corpus, by file. */
export const ANSWERS: ReadonlyMap<string, string> = new Map(
  readdirSync(FOLDER)
    .filter((name) => name !== 'README.md')
    .map((name) => [name, readFileSync(join(FOLDER, name), 'utf8')]),
);

const WORDS = [
  ...[
    'word',
    'Größe',
    '日本語（括弧）',
    '「引用」',
    '한국어(Korean)',
    '👩‍👩‍👧',
    'می‌خواهم',
    '❤️',
    '10~20',
    'HEAD~1',
  ],
  ...[
    '~5',
    '~~',
    '2*3*4',
    'x**2',
    '(a+b)*(c+d)',
    '*p',
    '**kwargs',
    '5*',
    '__init__',
    '_x',
    'snake_case',
    'a_',
  ],
  ...[
    '\\(a_1*b\\)',
    '$x_i$',
    '$5',
    '$HOME/$USER',
    '\\[',
    '\\]',
    '\\\\',
    'C:\\dir\\*.txt',
    '\\*',
    '\\_x\\_',
    '\\',
  ],
  ...[
    '&amp;',
    '&lt;b&gt;',
    '&copy;',
    '&#8217;',
    '&#27;',
    '&',
    '<T>',
    '<br>',
    '<!-- x -->',
    '</b>',
    'a<b',
    '>',
  ],
  ...[
    'https://e.example/a_b?c=1',
    'www.e.example',
    'me@e.example',
    '<https://e.example/x>',
    '#1',
    '#',
    '1.',
    '2)',
  ],
  ...[
    '-',
    '+',
    '*',
    '|',
    'a|b',
    '=',
    ':',
    '"q"',
    '“q”',
    '!',
    '[ref]',
    '[^1]',
    '![',
    '](',
    '``',
    '`',
    '```',
    '*.ts',
  ],
];

const word = fc.constantFrom(...WORDS);
const words = fc.array(word, { minLength: 1, maxLength: 5 }).map((all) => all.join(' '));
const plain = fc.constantFrom('one', 'two words', 'café', '日本語', '（中）', 'x_y', '3');

const marked = fc
  .tuple(fc.constantFrom('*', '**', '***', '_', '__', '~~', '`', '``'), fc.oneof(plain, words))
  .map(([mark, text]) => mark + text + mark);
const link = fc
  .tuple(
    fc.constantFrom('', '!'),
    fc.oneof(plain, marked),
    fc.constantFrom(
      'https://e.example/a',
      '/local',
      'https://e.example/x_(y)',
      '<a b>',
      'javascript:x',
      'https://e.example',
    ),
    fc.constantFrom('', ' "a title"', " 'one'"),
  )
  .map(([mark, text, address, title]) => `${mark}[${text}](${address}${title})`);
const inline = fc
  .array(fc.tuple(fc.oneof(word, plain, marked, link), fc.constantFrom(' ', ' ', '', '\n', '  \n', '\\\n')), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.flat().join(''));

const heading = fc
  .tuple(fc.constantFrom('# ', '### ', '#', '####### '), inline, fc.constantFrom('', ' ##', '\n===', '\n---'))
  .map((parts) => parts.join(''));
const cell = fc.oneof(plain, marked, word, link);
const table = fc
  .tuple(
    fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
    fc.boolean(),
  )
  .map(([rows, edges]) => {
    const line = (cells: readonly string[]): string => {
      const inner = cells.map((text) => text.replaceAll('\n', ' ')).join(' | ');
      return edges ? `| ${inner} |` : inner;
    };
    const [header = [], ...rest] = rows;
    return [line(header), line(header.map(() => ':--')), ...rest.map(line)].join('\n');
  });
const fence = fc
  .tuple(
    fc.constantFrom('```', '~~~', '````'),
    fc.constantFrom('', 'ts', 'python title="a.py" {1}'),
    fc.array(fc.oneof(words, fc.constant('')), { maxLength: 3 }),
    fc.boolean(),
  )
  .map(([mark, info, lines, closed]) => [mark + info, ...lines, ...(closed ? [mark] : [])].join('\n'));
const formula = fc
  .tuple(
    fc.constantFrom(['\\[', '\\]'], ['$$', '$$'], ['\\begin{a}', '\\end{a}']),
    words,
    fc.constantFrom('\n+ ', '\n= ', ' '),
  )
  .map(([[from = '', to = ''], text, between]) => `${from}\n${text}${between}${text} \\\\\n${to}`);

const indented = (text: string, by: string): string => text.replaceAll('\n', `\n${by}`);
const block: fc.Arbitrary<string> = fc.letrec<{ block: string }>((tie) => {
  const inner = tie('block');
  const items = fc.array(fc.oneof({ maxDepth: 2 }, inline, inner), { minLength: 1, maxLength: 3 });
  const list = fc
    .tuple(items, fc.constantFrom('- ', '* ', '+ ', '- [ ] ', '- [x] '), fc.constantFrom('\n', '\n\n'))
    .map(([texts, mark, between]) => texts.map((text) => mark + indented(text, '  ')).join(between));
  const numbered = fc
    .tuple(items, fc.integer({ min: 0, max: 120 }), fc.constantFrom(0, 1, 4), fc.constantFrom('. ', ') '))
    .map(([texts, first, step, mark]) =>
      texts.map((text, index) => `${first + index * step}${mark}${indented(text, '   ')}`).join('\n'),
    );
  const quote = inner.map((text) => `> ${indented(text, '> ')}`);
  const leaf = fc.oneof(
    inline,
    heading,
    table,
    fence,
    formula,
    fc.constantFrom('---', '***', '<details>\n<b>x</b>', '    code = 1'),
  );
  return {
    block: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, leaf, list, numbered, quote),
  };
}).block;

const document = fc
  .array(fc.tuple(block, fc.constantFrom('\n\n', '\n', '\n\n\n')), { minLength: 1, maxLength: 5 })
  .map((blocks) => blocks.flat().join(''));

const CORPUS_LINES = [...ANSWERS.values()].map((text) => text.split('\n'));

/** Lines of one answer, and after them lines of another. */
const spliced = fc
  .array(fc.tuple(fc.nat(CORPUS_LINES.length - 1), fc.nat(), fc.nat(12)), { minLength: 1, maxLength: 3 })
  .map((pieces) =>
    pieces
      .map(([file, from, count]) => {
        const lines = CORPUS_LINES[file] ?? [];
        const start = from % lines.length;
        return lines.slice(start, start + count + 1).join('\n');
      })
      .join('\n'),
  );

/** Random texts, well formed or not, like those of models. */
export const markdownText: fc.Arbitrary<string> = fc
  .tuple(
    fc.oneof({ arbitrary: document, weight: 4 }, { arbitrary: spliced, weight: 2 }, inline, words),
    fc.array(
      fc.tuple(fc.nat(), fc.nat(2), fc.constantFrom('', '*', '_', '`', '\n', ' ', '|', '~', '\\', '>', '- ')),
      {
        maxLength: 2,
      },
    ),
  )
  // Leave out or insert a few characters, like in a damaged answer.
  .map(([text, changes]) =>
    changes.reduce((changed, [at, length, more]) => {
      const from = at % (changed.length + 1);
      return changed.slice(0, from) + more + changed.slice(from + length);
    }, text),
  )
  .map((text) => text.toWellFormed());
