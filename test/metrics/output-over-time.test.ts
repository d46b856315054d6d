import fc from 'fast-check';
import { expect, test } from 'vitest';
import { amountsBetween, createOutputRecorder, firstOutputMs } from '../../src/metrics/output-over-time.js';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

test('output over time is undefined before the first output', () => {
  expect(createOutputRecorder().snapshot()).toBeUndefined();
});

test('output over time records when output arrived and how much', () => {
  const outputOverTime = createOutputRecorder();
  for (const atMs of [100, 104, 110]) outputOverTime.add(atMs, 4);
  const now = outputOverTime.snapshot();
  expect(now).toMatchObject({ binMs: 5, pauses: [] });
  expect(now && firstOutputMs(now)).toBe(100);
  expect(now?.amounts.slice(20)).toEqual([8, 0, 4]);
});

test('output over time records a pause of a second or more, but not the wait before the first output', () => {
  const outputOverTime = createOutputRecorder();
  for (const atMs of [5000, 5900, 7000, 7100]) outputOverTime.add(atMs, 1);
  expect(outputOverTime.snapshot()?.pauses).toEqual([{ fromMs: 5900, toMs: 7000 }]);
});

test('output over time keeps the longest pauses in order of time', () => {
  const outputOverTime = createOutputRecorder();
  let atMs = 0;
  for (let index = 0; index < 100; index += 1) {
    outputOverTime.add(atMs, 1);
    atMs += 1000 + index;
  }
  outputOverTime.add(atMs, 1);
  const pauses = outputOverTime.snapshot()?.pauses ?? [];
  expect(pauses).toHaveLength(32);
  expect(pauses.map(({ fromMs, toMs }) => toMs - fromMs)).toEqual(
    Array.from({ length: 32 }, (_, index) => 1068 + index),
  );
});

test('output over any time has at most 240 bins and counts all output', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 300 }), (gaps) => {
      const outputOverTime = createOutputRecorder();
      let atMs = 0;
      for (const gap of gaps) {
        atMs += gap;
        outputOverTime.add(atMs, 3);
      }
      const now = outputOverTime.snapshot();
      if (now === undefined) throw new Error('no output');
      expect(now.amounts.length).toBeLessThanOrEqual(240);
      expect(sum(now.amounts)).toBe(3 * gaps.length);
      expect(now.amounts.length * now.binMs).toBeGreaterThan(atMs);
      const columns = amountsBetween(now, 0, now.amounts.length * now.binMs, 37);
      expect(sum(columns)).toBeCloseTo(3 * gaps.length, 6);
    }),
  );
});
