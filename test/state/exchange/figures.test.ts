import { expect, test } from 'vitest';
import type { Outcome } from '../../../src/common/chat/outcomes.js';
import { percentile } from '../../../src/metrics/percentile.js';
import type { Speed } from '../../../src/metrics/speed.js';
import { countExchange, DEFAULT_SLO, NO_FIGURES } from '../../../src/state/exchange/figures.js';
import { metricsOf } from '../../support/chat/chat-ports.js';

test('percentiles are nearest-rank', () => {
  const samples = [50, 10, 40, 20, 30];
  expect([50, 95, 100, 1].map((percent) => percentile(samples, percent))).toEqual([30, 50, 50, 10]);
  expect(percentile([], 50)).toBeUndefined();
});

test('an exchange without a first token counts as a request, but adds no TTFT', () => {
  const once = countExchange(NO_FIGURES, metricsOf({ ttftMs: 300 }), 'complete');
  expect(countExchange(once, metricsOf(), 'error', DEFAULT_SLO, 'Timeout')).toMatchObject({
    requests: 2,
    errors: 1,
    errorClasses: { Timeout: 1 },
    ttfts: [300],
  });
});

test('only the latest thousand times are kept', () => {
  let figures = NO_FIGURES;
  for (let ttftMs = 0; ttftMs < 1100; ttftMs += 1)
    figures = countExchange(figures, metricsOf({ ttftMs }), 'complete');
  expect([figures.ttfts.length, figures.ttfts[0], figures.requests]).toEqual([1000, 100, 1100]);
});

const tpot = (tpotMs: number): Speed => ({ kind: 'measured', tpotMs, tokensPerSecond: 1000 / tpotMs });

test('a complete answer within the objectives is good; unmeasurable ones are not judged', () => {
  const slo = { ttftMs: 500, tpotMs: 50 };
  const judge = (metrics: Parameters<typeof metricsOf>[0], outcome: Outcome) =>
    countExchange(NO_FIGURES, metricsOf(metrics), outcome, slo).goodput;
  expect(judge({ ttftMs: 500, speed: tpot(50) }, 'complete')).toEqual({ judged: 1, good: 1 });
  expect(judge({ ttftMs: 501, speed: tpot(50) }, 'complete')).toEqual({ judged: 1, good: 0 });
  expect(judge({ ttftMs: 500, speed: tpot(51) }, 'complete')).toEqual({ judged: 1, good: 0 });
  // Without a measured TPOT an answer can't be judged, unless its first token was late.
  expect(judge({ ttftMs: 9 }, 'complete')).toEqual({ judged: 0, good: 0 });
  expect(judge({ ttftMs: 501 }, 'complete')).toEqual({ judged: 1, good: 0 });
  expect(judge({ ttftMs: 9 }, 'truncated')).toEqual({ judged: 1, good: 0 });
  expect(judge({ ttftMs: 9 }, 'cancelled')).toEqual({ judged: 0, good: 0 });
  expect(judge({ buffered: true }, 'complete')).toEqual({ judged: 0, good: 0 });
});
