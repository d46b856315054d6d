import { expect, test } from 'vitest';
import { createRandom, normal } from '../../src/common/random.js';
import { steadyFrom } from '../../src/loadtest/steady.js';

const noise = (count: number, mean: number, seed: number): number[] => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => mean + 10 * normal(random));
};

test('a slow beginning is left out, and little more', () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const { from, steady } = steadyFrom([...noise(60, 400, seed), ...noise(540, 100, seed + 100)]);
    expect(steady).toBe(true);
    expect(from).toBeGreaterThanOrEqual(60);
    expect(from).toBeLessThanOrEqual(300);
  }
});

test('of equal values nothing is left out', () => {
  expect(steadyFrom(Array<number>(200).fill(7))).toEqual({ from: 0, steady: true });
});

test('what grows to the end has no steady part', () => {
  const growing = Array.from({ length: 300 }, (_, index) => index);
  expect(steadyFrom(growing)).toEqual({ from: 150, steady: false });
});

test('a short series is kept whole', () => {
  expect(steadyFrom([9, 1, 1, 1, 1])).toEqual({ from: 0, steady: true });
  expect(steadyFrom([])).toEqual({ from: 0, steady: true });
});
