import { expect, test } from 'vitest';
import { countExchange, NO_FIGURES, percentile } from '../../src/state/figures.js';
import { metricsOf } from '../support/chat-ports.js';

test('percentiles are nearest-rank', () => {
  const samples = [50, 10, 40, 20, 30];
  expect([50, 95, 100, 1].map((percent) => percentile(samples, percent))).toEqual([30, 50, 50, 10]);
  expect(percentile([], 50)).toBeUndefined();
});

test('an exchange without a first token counts, but adds no time to it', () => {
  const once = countExchange(NO_FIGURES, metricsOf({ ttftMs: 300 }), false);
  expect(countExchange(once, metricsOf(), true)).toEqual({ requests: 2, errors: 1, ttfts: [300] });
});

test('only the latest thousand times are kept', () => {
  let figures = NO_FIGURES;
  for (let ttftMs = 0; ttftMs < 1100; ttftMs += 1)
    figures = countExchange(figures, metricsOf({ ttftMs }), false);
  expect([figures.ttfts.length, figures.ttfts[0], figures.requests]).toEqual([1000, 100, 1100]);
});
