import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shiftBetween } from '../../src/metrics/shift.js';
import { seededRandom } from '../support/run/random.js';

test('too few values yield no interval', () => {
  // By chance, 2 of the 20 orders of 3 and 3 values are as extreme as this one.
  expect(shiftBetween([1, 2, 3], [7, 8, 9], 0.05)).toBeUndefined();
  expect(shiftBetween([1, 2, 3], [7, 8, 9], 0.1)).toEqual({ value: 6, low: 4, high: 8 });
  expect(shiftBetween([], [1], 0.05)).toBeUndefined();
});

test('the interval of 5 and 5 values excludes as many differences as the Mann-Whitney table states', () => {
  // Mann-Whitney, two-sided 5 %: the critical value of U for 5 and 5 is 2.
  const before = [0, 100, 200, 300, 400];
  const after = [1, 102, 204, 308, 416];
  const differences = before.flatMap((one) => after.map((other) => other - one)).sort((a, b) => a - b);
  expect(shiftBetween(before, after, 0.05)).toMatchObject({ low: differences[2], high: differences[22] });
});

test('adding a constant to one sample adds it to the shift', () => {
  const values = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 6, maxLength: 20 });
  fc.assert(
    fc.property(values, values, fc.integer({ min: -500, max: 500 }), (before, after, added) => {
      const shift = shiftBetween(before, after, 0.05);
      const moved = shiftBetween(
        before,
        after.map((value) => value + added),
        0.05,
      );
      expect(moved?.value).toBe((shift?.value ?? 0) + added);
      expect(moved?.low).toBe((shift?.low ?? 0) + added);
      expect(shift?.low).toBeLessThanOrEqual(shift?.value ?? 0);
    }),
  );
});

test('the interval misses the true shift no more often than the given error rate', () => {
  const random = seededRandom(7);
  const draw = (): number => -Math.log(1 - random());
  let missed = 0;
  const trials = 2000;
  for (let trial = 0; trial < trials; trial += 1) {
    const before = Array.from({ length: 7 }, draw);
    const after = Array.from({ length: 6 }, () => draw() + 3);
    const shift = shiftBetween(before, after, 0.05);
    if (shift === undefined || shift.low > 3 || shift.high < 3) missed += 1;
  }
  expect(missed / trials).toBeLessThan(0.06);
});
