import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rowsIn } from '../../../../src/ui/transcript/body.js';
import { plainHighlighter } from '../../../../src/ui/transcript/markdown/highlight.js';
import { createMarkdownBody } from '../../../../src/ui/transcript/markdown/markdown-body.js';

interface Look {
  growing?: boolean;
  styles?: boolean;
}

/** The rows of a text, with the style of each piece. */
function shown(text: string, { growing = true, styles = true }: Look = {}): string {
  const body = createMarkdownBody({ width: 400, highlighter: plainHighlighter, styles });
  body.update(text, growing);
  return rowsIn(body)
    .map(({ line }) => line.map((span) => (typeof span === 'string' ? span : `<${span[0]}>${span[1]}</>`)))
    .map((spans) => spans.join(''))
    .join('\n');
}

describe('an element that has begun has its style already', () => {
  test.each([
    ['some *slanted te', 'some <italic>slanted te</>'],
    ['some _slanted te', 'some <italic>slanted te</>'],
    ['some **bold te', 'some <bold>bold te</>'],
    ['some **bold*', 'some <bold>bold</>'],
    ['some __bold words_', 'some <bold>bold words</>'],
    ['some ***both of', 'some <bold-italic>both of</>'],
    ['**bold with *slanted te', '<bold>bold with </><bold-italic>slanted te</>'],
    ['*slanted with `co', '<italic>slanted with </><code>co</>'],
    ['``code with `x', '<code>code with `x</>'],
    ['`code` and **bo', '<code>code</> and <bold>bo</>'],
    ['`a*` and *sl', '<code>a*</> and <italic>sl</>'],
    ['*over two\nlines', '<italic>over two</>\n<italic>lines</>'],
    ['- one\n- **two', '<accent>• </>one\n<accent>• </><bold>two</>'],
    ['| a |\n|---|\n| **b', '<bold>a</>\n<dim>─</>\n<bold>b</>'],
    ['日本**強調', '日本<bold>強調</>'],
    ['~~gone', '<dim>~~</><struck>gone</><dim>~~</>'],
    ['see [the page](https://a.exam', 'see the page'],
  ])('%j', (source, expected) => {
    expect(shown(source)).toBe(expected);
  });
});

describe('an element without text is not shown yet', () => {
  test.each([['some *'], ['some **'], ['some ***'], ['some `'], ['some ~~'], ['some _']])('%j', (source) => {
    expect(shown(source)).toBe('some');
  });
});

describe('text that begins no element stays unchanged', () => {
  test.each([
    'a snake_case_name and __init__ of x',
    '2 * 3 = 6',
    'pass *args and **kwargs to the function',
    '\\*not this',
    'code:\n\n- item\n\n  ```c\n  *p = x',
  ])('%j', (source) => {
    expect(shown(source)).toBe(shown(source, { growing: false }));
  });
});

test('without styles, marks are shown as they arrive', () => {
  expect(shown('some **bold te', { styles: false })).toBe('some **bold te');
});

const element = fc.constantFrom(
  ...['**bold words**', '*slanted words*', '_these too_', '***both of them***', '`code x`', '``b`c``'],
  ...['**bold with *slant* in it**', '*slant with **bold** in it*', '`a*b*`', '2 * 3', 'snake_case', 'plain'],
  ...['**two\nlines**', '量子**強調**', '**（括弧）**の', '_**both** of it_', '**`x`**'],
);
const paragraph = fc.array(element, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(' and '));
const texts = fc
  .array(fc.tuple(fc.constantFrom('', '- ', '> ', '## ', '1. '), paragraph), { minLength: 1, maxLength: 3 })
  .map((blocks) =>
    blocks.map(([mark, text]) => mark + text.replaceAll('\n', mark === '' ? '\n' : ' ')).join('\n\n'),
  );

test('each beginning of a text looks like the same part of the whole', () => {
  fc.assert(
    fc.property(texts, fc.nat(), (text, at) => {
      const cut = shown(text.slice(0, at % (text.length + 1))).replace(/(?:<\/>)?$/, '');
      expect(shown(text, { growing: false }).slice(0, cut.length)).toBe(cut);
    }),
    { numRuns: 3000 },
  );
});
