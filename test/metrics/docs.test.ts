import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { FIGURES, type Figure } from '../../src/metrics/figures.js';
import { SCREEN_FIGURES } from '../../src/metrics/screen-figures.js';
import { createTimeline } from '../../src/metrics/timeline.js';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'metrics.md'), 'utf8');
const example = z.object({
  pieces: z.array(z.tuple([z.number(), z.enum(['text', 'reasoning', 'refusal', 'tool_call']), z.string()])),
  usage: z.optional(
    z.object({
      promptTokens: z.number(),
      completionTokens: z.number(),
      totalTokens: z.number(),
      reasoningTokens: z.optional(z.number()),
    }),
  ),
  expect: z.looseObject({}),
});
const examples = [...page.matchAll(/^\*\*(.+?)\*\*[^`]*```json\n(.*?)```/gms)].map(
  ([, title = '', json = '']) => [title, example.parse(JSON.parse(json))] as const,
);

test('docs/metrics.md has an example of each case', () => {
  expect(examples.length).toBe(9);
});

test.each(examples)(
  'the example "%s" yields the figures that docs/metrics.md states',
  (_title, { pieces, usage, ...rest }) => {
    const timeline = createTimeline(0);
    timeline.headers({ atMs: 20, timings: { attempts: 1, firstByteUs: 10_000 }, buffered: false });
    for (const [atMs, kind, text] of pieces) {
      timeline.content({ kind, text, arrivedMs: atMs, decodedMs: atMs, readUs: atMs * 1000 });
    }
    if (usage !== undefined) {
      const { reasoningTokens, ...counts } = usage;
      timeline.usage({ ...counts, ...(reasoningTokens !== undefined && { reasoningTokens }) });
    }
    timeline.end(2000);
    expect(timeline.snapshot(2000)).toMatchObject(rest.expect);
  },
);

test('every figure has a unique label, a definition without a full stop and one sentence of help', () => {
  const figures: Figure[] = Object.values({ ...FIGURES, ...SCREEN_FIGURES });
  expect(new Set(figures.map(({ label }) => label)).size).toBe(figures.length);
  for (const { definition, help } of figures) {
    expect(definition).not.toMatch(/\.$/);
    expect(help).toMatch(/^[A-Z].*\.$/);
  }
});
