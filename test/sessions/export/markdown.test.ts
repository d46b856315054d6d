import { expect, test } from 'vitest';
import { toMarkdown } from '../../../src/sessions/export/markdown.js';
import { ask, fakeClock, openedStore } from '../place.js';
import { sample, withTools } from './samples.js';

test('Markdown has the branch in use', () => {
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
