import fc from 'fast-check';
import { marked } from 'marked';
import { expect, test } from 'vitest';
import { toMarkdown } from '../../../src/sessions/export/markdown.js';
import { ask, fakeClock, message, openedStore } from '../fixtures.js';
import { sample, withTools } from './samples.js';

test('Markdown has the current branch', () => {
  const markdown = toMarkdown([sample()]);
  expect(markdown).toMatch(/^# =sum\(A1\), "quoted"\n/);
  expect(markdown.match(/^## \w+/gm)).toEqual(['## You', '## Assistant', '## You', '## Assistant']);
  expect(markdown).toContain('\na1\n');
  expect(markdown).not.toContain('not taken');
});

test('Markdown has the figures of an answer in one line', () => {
  const store = openedStore(undefined, { clock: fakeClock() });
  const { id } = store.create('figures');
  const speed = { kind: 'measured', tokensPerSecond: 20, tpotMs: 50 };
  ask(store, id, 'q', 'a', null, {
    metrics: { ttftMs: 300, outputTokens: 20, hiddenTokens: 1000, cachedTokens: 8, speed },
  });
  expect(toMarkdown([store.load(id)])).toContain(
    '*TTFT 300 ms, 20.0 tok/s, 20 tokens, 1000 hidden tokens, 8 cached tokens*\n\na\n',
  );
});

test('Markdown begins with the cost of the whole session, and names answers without a cost', () => {
  const store = openedStore(undefined, { clock: fakeClock() });
  const { id } = store.create('dear');
  const metrics = { outputTokens: 5, cost: { usd: 0.5, asOf: '2026-09-23' } };
  const { answer } = ask(store, id, 'q', 'a', null, { metrics });
  ask(store, id, 'q', 'a', answer, { metrics: { outputTokens: 5 } });
  expect(toMarkdown([store.load(id)])).toMatch(
    /^# dear\n\nSession \S+, begun \S+\. Cost ~\$0\.50 by prices of 2026-09-23; 1 answer has no known price\.\n/,
  );
});

test('Markdown has reasoning, tool calls with their results, refusals, and images at its end', () => {
  const session = withTools();
  const time = '2026-11-22T12:00:00.000Z';
  expect(toMarkdown([session]).split('\n\n').slice(2)).toEqual([
    `## You, ${time}`,
    'q',
    '![a \\[dot\\].png][image-1] (image/png, 3 bytes)',
    `## Assistant (m), ${time}, complete (tool_calls)`,
    'Reasoning:',
    '> I should\n> look.',
    'Calls `look` (`call_1`):',
    '````json\n{"at":"```"}\n````',
    `## Tool result (call_1), ${time}`,
    '```\na dot\n```',
    `## Assistant (m), ${time}, empty (content_filter)`,
    'Refusal:',
    '> No.',
    '[image-1]: data:image/png;base64,AQID\n',
  ]);
});

/** The roles of the messages that a Markdown parser finds. */
const blocksIn = (markdown: string): string[] => {
  const tokens = marked.lexer(markdown);
  return tokens.flatMap((token) =>
    token.type === 'heading' && token.depth === 2 && /, 2026-11-22T/.test(token.text)
      ? [token.text.split(',')[0] ?? '']
      : [],
  );
};
const exported = (...texts: string[]): string => {
  const store = openedStore(undefined, { clock: fakeClock() });
  const { id } = store.create('t');
  let parentId: number | null = null;
  for (const text of texts) parentId = store.append(id, { role: 'user', text, parentId });
  return toMarkdown([store.load(id)]);
};

test.each([
  ['a fence', '```python\nprint(1)'],
  ['a fence that is longer', 'see\n\n`````\n```\n'],
  ['a fence of tildes', '~~~ js\nx\n```'],
  ['a fence in a fence', '```markdown\n# Title\n```sh\nls\n```\nmore\n```'],
  ['a fence that has only begun', 'text\n```'],
  ['a fence in a list', '- one\n  ```\n  code'],
  ['a fence in a quotation', '> ```\n> code'],
  ['a comment', '<!-- open\n\ntext'],
  ['a script', '<script>\nlet x\n\n</scrip'],
  ['preformatted text', '<pre>\n\nx'],
  ['a processing instruction', '<?php\n\necho 1;'],
])('text after %s that is not closed is not part of it', (_what, text) => {
  expect(blocksIn(exported(text, 'next', text))).toEqual(['You', 'You', 'You']);
});

test('a message with well-formed Markdown is exported unchanged', () => {
  for (const text of [
    '    indented\n\ntext',
    '```js\nx\n```',
    '````md\n```js\nx\n```\n````',
    '<pre>x</pre>',
    '~~~\n~~~~',
  ])
    expect(exported(text, 'next')).toContain(`Z\n\n${text}\n\n## You`);
});

test('every message of an export has its heading, for any text in the others', () => {
  const piece = fc.constantFrom(
    '```',
    '~~~',
    '````',
    '`',
    '<!--',
    '-->',
    '<pre>',
    '</pre>',
    '<?x',
    '# x',
    '- a',
    '> b',
    '\n',
    '\n\n',
    '    ',
    'text ',
    '| a |',
  );
  const text = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(''));
  const store = openedStore(undefined, { clock: fakeClock() });
  const { id } = store.create('t');
  const session = store.load(id);
  fc.assert(
    fc.property(fc.array(text, { minLength: 2, maxLength: 4 }), (texts) => {
      const messages = texts.map((text, index) => {
        const parentId = index === 0 ? null : index;
        return message({ id: index + 1, parentId, text, atMs: Date.UTC(2026, 10, 22, 12) });
      });
      const markdown = toMarkdown([{ ...session, messages, headId: texts.length }]);
      expect(blocksIn(markdown), markdown).toEqual(texts.map(() => 'You'));
    }),
    { numRuns: 2000 },
  );
});
