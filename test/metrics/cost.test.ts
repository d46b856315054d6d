import { expect, test } from 'vitest';
import { billedTokens, costBy, costText, sumOfCosts } from '../../src/metrics/cost.js';

const prices = { input: 2, output: 10, cached: 0.5, cacheWrite: 4, reasoning: 20 };

test('cached, cache-write and reasoning tokens have their own prices', () => {
  const tokens = billedTokens({
    promptTokens: 1_000_000,
    completionTokens: 1_000_000,
    totalTokens: 2_000_000,
    cachedTokens: 400_000,
    cacheWriteTokens: 100_000,
    reasoningTokens: 500_000,
  });
  expect(costBy(prices, tokens)).toBeCloseTo(0.5 * 2 + 0.4 * 0.5 + 0.1 * 4 + 0.5 * 10 + 0.5 * 20, 9);
  expect(costBy({ input: 2, output: 10 }, tokens)).toBeCloseTo(12, 9);
});

test('reasoning counted beside the completion tokens is billed as output', () => {
  const counts = { promptTokens: 10, completionTokens: 5, totalTokens: 35, reasoningTokens: 20 };
  expect(billedTokens(counts)).toMatchObject({ output: 25, reasoning: 20 });
});

test('reasoning counted beyond the end is billed once', () => {
  const counts = {
    promptTokens: 164,
    completionTokens: 23_870,
    totalTokens: 24_034,
    reasoningTokens: 23_871,
  };
  expect(billedTokens(counts)).toMatchObject({ output: 23_870, reasoning: 23_870 });
});

test('more cached tokens than prompt tokens are not billed twice', () => {
  const counts = {
    promptTokens: 10,
    completionTokens: 1,
    totalTokens: 11,
    cachedTokens: 50,
    cacheWriteTokens: 9,
  };
  expect(billedTokens(counts)).toMatchObject({ input: 10, cached: 10, cacheWrite: 0 });
});

test('a sum of costs shows the oldest day of its price tables', () => {
  expect(sumOfCosts([undefined, undefined])).toBeUndefined();
  const costs = [{ usd: 1, asOf: '2026-09-23' }, undefined, { usd: 2, asOf: '2026-01-01' }];
  expect(sumOfCosts(costs)).toEqual({ usd: 3, asOf: '2026-01-01' });
});

test.each([
  [0, '~$0'],
  [0.000123, '~$0.00012'],
  [0.0456, '~$0.046'],
  [1.234, '~$1.23'],
])('%d dollars are shown as %s', (usd, text) => {
  expect(costText({ usd })).toBe(text);
});
