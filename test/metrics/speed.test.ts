import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Usage } from '../../src/common/chat/usage.js';
import type { ExchangeMetrics } from '../../src/metrics/exchange.js';
import type { OutputKind } from '../../src/metrics/load-timeline.js';
import { createTimeline } from '../../src/metrics/timeline.js';

interface Piece {
  atMs: number;
  text: string;
  kind?: OutputKind;
}

/** Returns the figures of an exchange whose request was sent at 0 ms. */
function figuresOf(pieces: readonly Piece[], counts?: Usage): ExchangeMetrics {
  const timeline = createTimeline(0);
  timeline.headers({ atMs: 10, timings: { attempts: 1, firstByteUs: 9000 }, buffered: false });
  for (const { atMs, text, kind = 'text' } of pieces) {
    timeline.content({ kind, text, arrivedMs: atMs, decodedMs: atMs, readUs: atMs * 1000 });
  }
  if (counts !== undefined) timeline.usage(counts);
  timeline.end(10_000);
  return timeline.snapshot(10_000);
}

/** One token every 50 ms from `fromMs` on; the tokens' lengths differ. */
const paced = (count: number, kind: OutputKind = 'text', fromMs = 100): Piece[] =>
  Array.from({ length: count }, (_, index) => ({
    atMs: fromMs + 50 * index,
    text: index % 3 === 0 ? 'a' : ' longer',
    kind,
  }));

const counts = (completionTokens: number, more: Partial<Usage> = {}): Usage => ({
  promptTokens: 10,
  completionTokens,
  totalTokens: 10 + completionTokens,
  ...more,
});

test('TPOT equals vLLM’s when each arrival has one token, even if the provider counts the end mark', () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 200 }), fc.boolean(), (arrivals, counted) => {
      const tokens = arrivals + (counted ? 1 : 0);
      const { speed, ttftMs = 0, e2eMs = 0 } = figuresOf(paced(arrivals), counts(tokens));
      expect(speed).toEqual({
        kind: 'measured',
        tpotMs: (e2eMs - ttftMs) / (tokens - 1),
        tokensPerSecond: expect.closeTo(((tokens - 1) * 1000) / (e2eMs - ttftMs), 9),
      });
    }),
  );
});

test('the speed excludes the first arrival by its share of the text', () => {
  const pieces = [100, 200, 300, 400].map((atMs, index) => ({
    atMs,
    text: 'x'.repeat(index === 0 ? 200 : 100),
  }));
  // 500 characters are 120 tokens: 48 in the first arrival, 72 in the 300 ms after it.
  expect(figuresOf(pieces, counts(120)).speed).toMatchObject({ tokensPerSecond: expect.closeTo(240, 6) });
});

test.each<[string, Piece[], Usage | undefined, Partial<ExchangeMetrics>]>([
  [
    'reasoning that never arrived does not count as output',
    paced(20),
    counts(1020, { reasoningTokens: 1000 }),
    { outputTokens: 20, tokensEstimated: false },
  ],
  [
    'streamed reasoning within the completion tokens counts once',
    [...paced(20, 'reasoning'), ...paced(10, 'text', 1100)],
    counts(30, { reasoningTokens: 20 }),
    { outputTokens: 30, tokensEstimated: false },
  ],
  [
    'streamed reasoning beside the completion tokens is added',
    [...paced(20, 'reasoning'), ...paced(10, 'text', 1100)],
    counts(10, { reasoningTokens: 20, totalTokens: 40 }),
    { outputTokens: 30, tokensEstimated: false },
  ],
  [
    'streamed reasoning that the count leaves out is estimated',
    [...paced(20, 'reasoning'), ...paced(12, 'text', 1100)],
    counts(12),
    { outputTokens: 37, tokensEstimated: true },
  ],
  [
    'reasoning counted beyond the end is not beside the completion tokens',
    paced(40, 'reasoning'),
    counts(40, { reasoningTokens: 42 }),
    { outputTokens: 40, tokensEstimated: false },
  ],
  [
    'reasoning beside the completion tokens is not added when it never arrived',
    paced(10),
    counts(10, { reasoningTokens: 500, totalTokens: 520 }),
    { outputTokens: 10, tokensEstimated: false },
  ],
  [
    'thoughts counted only in the total are not output',
    paced(10),
    counts(10, { totalTokens: 520 }),
    { outputTokens: 10, tokensEstimated: false },
  ],
  [
    'rejected tokens of a prediction are not output, and are not hidden',
    paced(20),
    counts(60, { rejectedTokens: 40, reasoningTokens: 0 }),
    { outputTokens: 20, tokensEstimated: false },
  ],
  [
    'a prompt within the completion tokens is not output',
    paced(20),
    counts(50, { promptTokens: 30, totalTokens: 50 }),
    { outputTokens: 20, tokensEstimated: false },
  ],
  [
    'the count of several choices is not that of the one that is read',
    paced(20),
    counts(60, { choices: 3 }),
    { outputTokens: 25, tokensEstimated: true },
  ],
  ['a zero count for a nonempty text is ignored', paced(10), counts(0), { tokensEstimated: true }],
  [
    'a count of the first event alone is ignored',
    paced(40),
    counts(1),
    { outputTokens: 49, tokensEstimated: true },
  ],
  ['the count is an estimate without usage', paced(10), undefined, { tokensEstimated: true }],
])('%s', (_title, pieces, usage, expected) => {
  const metrics = figuresOf(pieces, usage);
  expect(metrics).toMatchObject(expected);
  expect(metrics.outputTokens).toBeGreaterThan(0);
  expect(metrics.speed.kind).toBe('measured');
});

test.each([
  ['a chunk of an answer without counts has at least one token', '7, ', 20],
  ['chunks of single characters are parts of tokens', 'x', 5],
])('%s', (_title, text, tokens) => {
  const pieces = Array.from({ length: 20 }, (_, index) => ({ atMs: 100 + 50 * index, text }));
  const { speed, outputTokens, tokensEstimated } = figuresOf(pieces);
  expect({ outputTokens, tokensEstimated }).toEqual({ outputTokens: tokens, tokensEstimated: true });
  expect(speed).toMatchObject({ tokensPerSecond: expect.closeTo(tokens, 6) });
});

test.each<[string, Piece[], Usage]>([
  ['a count far beyond the text', paced(20), counts(1020)],
  [
    'a summary of the reasoning',
    [...paced(5, 'reasoning'), ...paced(10, 'text', 500)],
    counts(1010, { reasoningTokens: 1000 }),
  ],
  ['a reasoning count that leaves no tokens for the text', paced(10), counts(500, { reasoningTokens: 500 })],
])('the speed is withheld as hidden: %s', (_title, pieces, usage) => {
  const metrics = figuresOf(pieces, usage);
  expect(metrics.speed).toEqual({ kind: 'withheld', reason: 'hidden' });
  expect(metrics.tokensEstimated).toBe(true);
  expect(metrics.hops).toHaveProperty('thinking');
});

test('output before an answer that begins again does not count, except for the first token', () => {
  const timeline = createTimeline(0);
  timeline.headers({ atMs: 10, timings: { attempts: 1, firstByteUs: 9000 }, buffered: false });
  const feed = (pieces: readonly Piece[]): void => {
    for (const { atMs, text } of pieces)
      timeline.content({ kind: 'text', text, arrivedMs: atMs, decodedMs: atMs, readUs: atMs * 1000 });
  };
  feed(paced(20));
  timeline.split(true);
  feed(paced(21, 'text', 5000));
  timeline.usage(counts(21));
  timeline.end(10_000);
  expect(timeline.snapshot(10_000)).toMatchObject({
    ttftMs: 100,
    outputTokens: 21,
    chunks: 21,
    speed: { kind: 'measured', tokensPerSecond: 20 },
  });
});

const at = (atMs: number, tokens: number): Piece[] =>
  Array.from({ length: tokens }, () => ({ atMs, text: 'four' }));

test.each<[string, Piece[]]>([
  ['one burst that takes several reads', [...at(100, 1), ...at(400, 40), ...at(403, 40), ...at(406, 40)]],
  ['the same after slow tokens', [...paced(10), ...[900, 901, 902].flatMap((ms) => at(ms, 20))]],
  ['three batches of the same size', [...at(100, 30), ...at(400, 30), ...at(700, 30)]],
  ['the whole answer first, then line breaks', [...at(100, 100), ...at(400, 1), ...at(700, 1)]],
  [
    'an answer that a buffer has collected, in even bursts',
    [3000, 3020, 3040, 3060].flatMap((ms) => at(ms, 40)),
  ],
  ['the same over a second', [3000, 3250, 3500, 3750, 4000].flatMap((ms) => at(ms, 40))],
  [
    'bursts of which the last waited for its turn',
    [100, 1100, 2100, 3100, 4100].flatMap((ms) => at(ms, ms < 4000 ? 40 : 5)),
  ],
  [
    'bursts of different speeds',
    [...at(100, 20), ...at(600, 20), ...at(1100, 60), ...at(1600, 60), ...at(2100, 20)],
  ],
  ['a cached answer', Array.from({ length: 12 }, (_, index) => at(100 + 5 * index, 500)).flat()],
])('the speed is withheld as a burst: %s', (_title, pieces) => {
  expect(figuresOf(pieces).speed).toEqual({ kind: 'withheld', reason: 'burst' });
});

test.each<[string, Piece[], number]>([
  ['a fast answer', Array.from({ length: 300 }, (_, index) => at(100 + index, 2)).flat(), 2000],
  ['the fastest chip', Array.from({ length: 300 }, (_, index) => at(100 + index, 21)).flat(), 21_000],
  ['batches', [100, 600, 1100, 1600].flatMap((ms) => [...at(ms, 20), ...at(ms + 2, 20)]), 93],
  ['a buffer that flushes what is there', [500, 1500, 2500, 3500, 4500].flatMap((ms) => at(ms, 40)), 40],
  [
    'a buffer that flushes when it is full, and at the end',
    [...[500, 1500, 2500, 3500].flatMap((ms) => at(ms, 40)), ...at(3600, 4)],
    40,
  ],
  [
    'bursts in several reads',
    [500, 1500, 2500, 3500].flatMap((ms) => [...at(ms, 30), ...at(ms + 3, 10)]),
    43,
  ],
  [
    'a short answer after a long wait',
    Array.from({ length: 6 }, (_, index) => at(9000 + 20 * index, 1)).flat(),
    50,
  ],
  [
    'a fast answer after a long wait',
    Array.from({ length: 40 }, (_, index) => at(9000 + 5 * index, 5)).flat(),
    1000,
  ],
  [
    'a short answer without pauses',
    Array.from({ length: 12 }, (_, index) => at(900 + 5 * index, 1)).flat(),
    200,
  ],
  ['a replay, then new tokens', [...at(100, 50), ...paced(21, 'text', 200)], 17],
])('the speed is measured: %s', (_title, pieces, rate) => {
  expect(figuresOf(pieces, counts(pieces.length)).speed).toMatchObject({
    tokensPerSecond: expect.closeTo(rate, -1),
  });
});

const usageForms = fc.oneof(
  fc.constant('none' as const),
  fc.constant('zeros' as const),
  fc.constant('plain' as const),
  fc.constant('hidden within' as const),
  fc.constant('hidden beside' as const),
);

test('any arrivals and any form of usage yield a speed of the delivered tokens or a reason for none', () => {
  const arrivals = fc.array(
    fc.record({ gapMs: fc.integer({ min: 0, max: 300 }), tokens: fc.integer({ min: 1, max: 20 }) }),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(arrivals, usageForms, fc.integer({ min: 1, max: 9999 }), (steps, form, thought) => {
      let atMs = 100;
      const pieces = steps.map(({ gapMs, tokens }) => {
        atMs += gapMs;
        return { atMs, text: 'four'.repeat(tokens) };
      });
      const tokens = steps.reduce((sum, step) => sum + step.tokens, 0);
      const usage = {
        none: undefined,
        zeros: counts(0),
        plain: counts(tokens),
        'hidden within': counts(tokens + thought, { reasoningTokens: thought }),
        'hidden beside': counts(tokens, {
          reasoningTokens: thought,
          totalTokens: 10 + tokens + thought,
        }),
      }[form];
      const metrics = figuresOf(pieces, usage);
      const { speed } = metrics;
      expect(metrics.outputTokens).toBe(tokens);
      expect(metrics.arrivals).toBe(new Set(pieces.map((piece) => piece.atMs)).size);
      const spreadMs = atMs - (pieces[0]?.atMs ?? 0);
      if (metrics.arrivals < 3) expect(speed).toMatchObject({ reason: 'too_few_arrivals' });
      else if (spreadMs < 50) expect(speed).toMatchObject({ reason: 'burst' });
      if (speed.kind !== 'measured') return;
      const firstMs = pieces[0]?.atMs;
      const first = steps.reduce(
        (sum, step, index) => (pieces[index]?.atMs === firstMs ? sum + step.tokens : sum),
        0,
      );
      // When chunks are as long as one token on average, each chunk counts as one token.
      if (tokens - pieces.length > 1)
        expect(speed.tokensPerSecond).toBeCloseTo(((tokens - first) * 1000) / spreadMs, 6);
      expect(speed.tokensPerSecond * speed.tpotMs).toBeCloseTo(1000, 6);
    }),
  );
});
