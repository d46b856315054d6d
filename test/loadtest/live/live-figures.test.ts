import { expect, test } from 'vitest';
import { createLiveFigures } from '../../../src/loadtest/live/live-figures.js';
import type { Sample } from '../../../src/loadtest/samples/sample.js';
import { NO_SPEED } from '../../../src/metrics/speed.js';

const sent = (index: number, ttftMs: number): Sample => ({
  ...{ index, turn: 1, intendedMs: 0, lagMs: 0, endMs: 1, attempts: 1, retriesMs: 0, replaced: 0 },
  ...{ outcome: 'complete', speed: NO_SPEED, outputTokens: 1, tokensEstimated: false, ttftMs },
});

test('each moment counts the requests that ended since the previous moment', () => {
  const live = createLiveFigures();
  const samples = [sent(0, 10), sent(1, 30)];
  live.add(500, 4, samples, ({ ttftMs }) => ttftMs);
  live.mark();
  live.add(1500, 2, [sent(2, 50)], ({ ttftMs }) => ttftMs);
  expect(live).toMatchObject({ inFlight: [4, 2], perSecond: [4, 1], ttft: [30, 50], marks: [1] });
});

test('a long test is kept in bounded memory, and its marks stay where they were', () => {
  const live = createLiveFigures();
  for (let moment = 0; moment < 10_000; moment += 1) {
    live.add(moment * 500, moment === 7000 ? 99 : 1, [], () => undefined);
    if (moment === 7000) live.mark();
  }
  expect(live.inFlight.length).toBeLessThanOrEqual(1000);
  const [mark = -5] = live.marks;
  expect(Math.abs(mark - live.inFlight.indexOf(99))).toBeLessThanOrEqual(1);
});
