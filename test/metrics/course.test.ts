import fc from 'fast-check';
import { expect, test } from 'vitest';
import { amountsBetween, createCourse, firstOutputMs } from '../../src/metrics/course.js';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

test('the course is undefined before the first output', () => {
  expect(createCourse().snapshot()).toBeUndefined();
});

test('a course records when output arrived and how much', () => {
  const course = createCourse();
  for (const atMs of [100, 104, 110]) course.add(atMs, 4);
  const now = course.snapshot();
  expect(now).toMatchObject({ binMs: 5, pauses: [] });
  expect(now && firstOutputMs(now)).toBe(100);
  expect(now?.amounts.slice(20)).toEqual([8, 0, 4]);
});

test('a course records a pause of a second or more, but not the wait before the first output', () => {
  const course = createCourse();
  for (const atMs of [5000, 5900, 7000, 7100]) course.add(atMs, 1);
  expect(course.snapshot()?.pauses).toEqual([{ fromMs: 5900, toMs: 7000 }]);
});

test('a course keeps the longest pauses in order of time', () => {
  const course = createCourse();
  let atMs = 0;
  for (let index = 0; index < 100; index += 1) {
    course.add(atMs, 1);
    atMs += 1000 + index;
  }
  course.add(atMs, 1);
  const pauses = course.snapshot()?.pauses ?? [];
  expect(pauses).toHaveLength(32);
  expect(pauses.map(({ fromMs, toMs }) => toMs - fromMs)).toEqual(
    Array.from({ length: 32 }, (_, index) => 1068 + index),
  );
});

test('a course of any length has at most 240 bins and counts all output', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 300 }), (gaps) => {
      const course = createCourse();
      let atMs = 0;
      for (const gap of gaps) {
        atMs += gap;
        course.add(atMs, 3);
      }
      const now = course.snapshot();
      if (now === undefined) throw new Error('no course');
      expect(now.amounts.length).toBeLessThanOrEqual(240);
      expect(sum(now.amounts)).toBe(3 * gaps.length);
      expect(now.amounts.length * now.binMs).toBeGreaterThan(atMs);
      const columns = amountsBetween(now, 0, now.amounts.length * now.binMs, 37);
      expect(sum(columns)).toBeCloseTo(3 * gaps.length, 6);
    }),
  );
});
