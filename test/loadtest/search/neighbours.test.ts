import { expect, test } from 'vitest';
import type { Verdict } from '../../../src/loadtest/search/level.js';
import { judgedTogether } from '../../../src/loadtest/search/neighbours.js';

const NEEDED = 0.99;

/** A load with its share of failed requests, in percent. */
function level(
  load: number,
  failed: number,
  of = 1000,
  fellBehind = false,
): { load: number; verdict: Verdict } {
  const value = 1 - failed / 100;
  const kept = value >= NEEDED && !fellBehind;
  const share = { value, low: value, high: value };
  const verdict = kept ? 'kept' : 'missed';
  const condition = { text: 'errors<=1%', verdict, kept, share, needed: NEEDED, of } as const;
  return { load, verdict: { kept, clear: true, conditions: [condition], fellBehind } };
}

const verdicts = (...levels: ReturnType<typeof level>[]): boolean[] =>
  judgedTogether(levels).map(({ verdict }) => verdict.kept);
const curves = (...levels: ReturnType<typeof level>[]): number[] =>
  judgedTogether(levels).map(({ verdict }) => verdict.conditions[0]?.curve ?? Number.NaN);

test('a test that missed every burst of failures is judged by the loads near it, and its verdict is unclear', () => {
  const lucky = level(476, 0, 725);
  const [first] = judgedTogether([lucky, level(481, 3.6), level(486, 3), level(497, 4)]);
  expect(first?.verdict).toMatchObject({ kept: false, clear: false });
  expect(judgedTogether([lucky])[0]?.verdict).toMatchObject({ kept: true, clear: true });
});

test('when all loads are on a logistic curve, each load has the share of the curve', () => {
  const shareAt = (load: number): number => 1 / (1 + Math.exp(22 * Math.log(load / 450) - 4.6));
  const loads = [430, 440, 450, 460, 470];
  const together = curves(...loads.map((load) => level(load, 100 * (1 - shareAt(load)))));
  for (const [at, load] of loads.entries()) expect(together[at]).toBeCloseTo(shareAt(load), 5);
});

test('when all requests are good up to a load and bad above it, the limit is exactly that load', () => {
  expect(verdicts(level(100, 0), level(101, 0), level(102, 100, 40), level(108, 100, 40))).toEqual([
    ...[true, true],
    ...[false, false],
  ]);
});

test('a share that rises with the load by chance is the same at all of these loads', () => {
  const [first, second] = curves(level(100, 2), level(100.1, 0));
  expect(first).toBeCloseTo(0.99, 3);
  expect(second).toBeCloseTo(first ?? 0, 3);
});

test('loads that are more than 10 % away, or at which requests pile up, judge no other load', () => {
  expect(verdicts(level(100, 0), level(112, 50), level(101, 90, 1000, true))).toEqual([true, false, false]);
});
