import { expect, test } from 'vitest';
import { createRandom, normal } from '../../../src/common/random.js';
import { steadyFrom } from '../../../src/loadtest/figures/steady.js';

const noise = (count: number, mean: number, seed: number): number[] => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => mean + 10 * normal(random));
};

test('the warm-up is a slow beginning and little more', () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const { from, steady } = steadyFrom([...noise(60, 400, seed), ...noise(540, 100, seed + 100)]);
    expect(steady).toBe(true);
    expect(from).toBeGreaterThanOrEqual(60);
    expect(from).toBeLessThanOrEqual(300);
  }
});

test('equal values have no warm-up', () => {
  expect(steadyFrom(Array<number>(200).fill(7))).toEqual({ from: 0, steady: true });
});

test('a series that grows to the end is not steady', () => {
  const growing = Array.from({ length: 300 }, (_, index) => index);
  expect(steadyFrom(growing)).toEqual({ from: 150, steady: false });
});

test('a short series has no warm-up', () => {
  expect(steadyFrom([9, 1, 1, 1, 1])).toEqual({ from: 0, steady: true });
  expect(steadyFrom([])).toEqual({ from: 0, steady: true });
});
