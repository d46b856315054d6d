import { expect, test } from 'vitest';
import { percentile, rankOf } from '../../src/metrics/percentile.js';

test('a percentile is the smallest value with at least that share of the values at or below it', () => {
  const values = Array.from({ length: 769 }, (_, index) => index + 1);
  expect([50, 90, 95, 99].map((percent) => percentile(values, percent))).toEqual([385, 693, 731, 762]);
  expect(percentile([3, 1, 2], 50)).toBe(2);
  expect(percentile([], 50)).toBeUndefined();
});

test('a share of a whole number of values is exact in spite of rounding', () => {
  for (let thousands = 1; thousands <= 1000; thousands += 1) {
    expect(rankOf(0.999, thousands * 1000)).toBe(thousands * 999);
  }
});
