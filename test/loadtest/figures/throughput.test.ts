import { expect, test } from 'vitest';
import { meanInFlight, promptTokensPerSecond } from '../../../src/loadtest/figures/throughput.js';
import type { Sample } from '../../../src/loadtest/samples/sample.js';

const failed = (intendedMs: number, endMs: number, lagMs?: number): Sample => ({
  ...{ index: 0, turn: 1, intendedMs, endMs, attempts: 1, retriesMs: 0, replaced: 0 },
  ...{ outcome: 'failed', errorClass: 'Timeout', message: '' },
  ...(lagMs !== undefined && { lagMs }),
});

test('the mean number in flight is the sum of the times of all requests divided by the time of the test', () => {
  expect(meanInFlight([failed(0, 500), failed(0, 1000, 400), failed(900, 1000)], 1000)).toBeCloseTo(1.2);
  expect(meanInFlight([], 0)).toBe(0);
});

test('prompt tokens a second are unknown without a count', () => {
  expect(promptTokensPerSecond({}, 1000)).toBeUndefined();
  expect(promptTokensPerSecond({ prompt: { total: 300, mean: 100, min: 1, max: 2 } }, 2000)).toBe(150);
});
