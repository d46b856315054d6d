import { expect, test } from 'vitest';
import { trimmed } from '../../../src/loadtest/figures/steady-part.js';
import { createTally, type Tally } from '../../../src/loadtest/figures/tally.js';
import { NO_SPEED } from '../../../src/metrics/speed.js';

/** Adds one request every 10 ms, each with its own duration. */
function filled(tally: Tally, count: number, durationOf: (index: number) => number): Tally {
  for (let index = 0; index < count; index += 1) {
    const tookMs = durationOf(index);
    tally.add(
      {
        ...{ index, turn: 1, intendedMs: index * 10, lagMs: 0, endMs: index * 10 + tookMs },
        ...{ attempts: 1, retriesMs: 0, replaced: 0, outcome: 'complete', speed: NO_SPEED },
        ...{ ttftMs: tookMs, e2eMs: tookMs, outputTokens: 4, tokensEstimated: false },
      },
      [5],
    );
  }
  return tally;
}

/** The first `slow` requests take 400 ms, the others slightly over 100 ms. */
const tallyOf = (count: number, slow: number): Tally =>
  filled(createTally('open'), count, (index) => (index < slow ? 400 : 100 + (index % 7)));

test('the warm-up and the cool-down are excluded, and rates use the rest of the test', () => {
  const part = trimmed(tallyOf(600, 60), 'open', undefined);
  expect(part?.trim).toMatchObject({ before: 60, steady: true, fromMs: 600 });
  // Answers take at most 106 ms, so the last eleven requests ran under falling load.
  expect(part?.trim.after).toBeGreaterThanOrEqual(10);
  expect(part?.trim.after).toBeLessThanOrEqual(12);
  expect(part?.report.latency.ttft?.max).toBeLessThan(107);
  // All requests that ended in that time, including earlier sends.
  const { fromMs = 0, toMs = 0 } = part?.trim ?? {};
  const ended = tallyOf(600, 60).samples.filter(({ endMs }) => endMs > fromMs && endMs <= toMs).length;
  expect(part?.report.requestsPerSecond).toBeCloseTo((1000 * ended) / (toMs - fromMs), 6);
  expect(part?.report.outputTokensPerSecond).toBeCloseTo((4000 * ended) / (toMs - fromMs), 6);
  expect(part?.tally.samples).toHaveLength(600 - 60 - (part?.trim.after ?? 0));
  // Gaps are only known for the whole test.
  expect(part?.report.latency.itl?.count).toBe(600);
});

test('a test that never becomes steady is marked as not steady', () => {
  const tally = filled(createTally('closed'), 300, (index) => 1 + index);
  expect(trimmed(tally, 'closed', undefined)?.trim).toMatchObject({ before: 150, steady: false });
});

test('no request is excluded when there are too few', () => {
  expect(trimmed(tallyOf(49, 10), 'open', undefined)).toBeUndefined();
});
