import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/common/random.js';
import {
  type ArrivalProcess,
  createArrivals,
  formatArrivals,
  parseArrivals,
} from '../../../src/loadtest/load/arrivals.js';
import { describeStages, lengthOf, parseStages, type Stage } from '../../../src/loadtest/load/stages.js';

const FOREVER = Number.POSITIVE_INFINITY;

function moments(process: ArrivalProcess, stages: readonly Stage[], most: number, seed = 1): number[] {
  const next = createArrivals(process, stages, createRandom(seed));
  const all: number[] = [];
  for (let at = next(); at !== undefined && all.length < most; at = next()) all.push(at.atMs);
  return all;
}
const gapsOf = (all: readonly number[]): number[] => all.map((at, index) => at - (all[index - 1] ?? 0));
const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, one) => sum + one, 0) / values.length;
const deviationOf = (values: readonly number[]): number => {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((one) => (one - mean) ** 2)));
};
/** Kolmogorov-Smirnov distance of a sample from a distribution. */
function distance(values: readonly number[], cdf: (value: number) => number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return Math.max(...sorted.map((value, index) => Math.abs(cdf(value) - (index + 0.5) / sorted.length)));
}
/** A sample of this size from the distribution exceeds this distance in 1 of 1,000 cases. */
const limitOf = (size: number): number => 1.95 / Math.sqrt(size);

describe('at one rate', () => {
  const steady = (perSecond: number): Stage[] => [{ from: perSecond, to: perSecond, ms: FOREVER }];

  test('Poisson arrivals have exponentially distributed intervals', () => {
    for (const seed of [1, 2, 3]) {
      const gaps = gapsOf(moments({ kind: 'poisson' }, steady(50), 20_000, seed));
      expect(distance(gaps, (ms) => 1 - Math.exp(-ms / 20))).toBeLessThan(limitOf(gaps.length));
    }
  });

  test('the intervals of a Poisson process are independent', () => {
    const gaps = gapsOf(moments({ kind: 'poisson' }, steady(50), 20_000));
    const mean = meanOf(gaps);
    const together = meanOf(gaps.slice(1).map((gap, index) => (gap - mean) * ((gaps[index] ?? 0) - mean)));
    expect(Math.abs(together / deviationOf(gaps) ** 2)).toBeLessThan(3 / Math.sqrt(gaps.length));
  });

  test('constant arrivals begin immediately and are evenly spaced', () => {
    expect(moments({ kind: 'constant' }, steady(4), 5)).toEqual([0, 250, 500, 750, 1000]);
  });

  test.each([0.05, 0.25, 0.5, 1, 4, 100])(
    'gamma arrivals of shape %d have the given rate and the spread of the shape',
    (shape) => {
      const gaps = gapsOf(moments({ kind: 'gamma', shape }, steady(20), 100_000));
      const spread = deviationOf(gaps) / meanOf(gaps);
      expect(Math.abs(meanOf(gaps) / 50 - 1)).toBeLessThan(0.04);
      expect(Math.abs(spread * Math.sqrt(shape) - 1)).toBeLessThan(0.05);
    },
  );

  test('gamma arrivals are a Poisson process for shape 1 and squares of normal draws for shape 0.5', () => {
    const one = gapsOf(moments({ kind: 'gamma', shape: 1 }, steady(50), 20_000));
    expect(distance(one, (ms) => 1 - Math.exp(-ms / 20))).toBeLessThan(limitOf(one.length));
    const half = gapsOf(moments({ kind: 'gamma', shape: 0.5 }, steady(50), 20_000));
    // Chi-squared with one degree of freedom, by the error function's approximation of Abramowitz and Stegun (7.1.26).
    const erf = (x: number): number => {
      const t = 1 / (1 + 0.3275911 * x);
      const sum =
        ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
      return 1 - sum * Math.exp(-x * x);
    };
    expect(distance(half, (ms) => erf(Math.sqrt(ms / 20 / 2)))).toBeLessThan(limitOf(half.length));
  });
});

describe('at changing rates', () => {
  test('each stage has its rate, and a ramp has the rate of each moment', () => {
    const stages = parseStages('10@100,0@20,10-50@100') ?? [];
    expect(lengthOf(stages)).toBe(220_000);
    const counts = Array(11).fill(0) as number[];
    for (let seed = 0; seed < 40; seed += 1) {
      for (const at of moments({ kind: 'poisson' }, stages, 1e6, seed)) {
        const slot = Math.floor(at / 20_000);
        counts[slot] = (counts[slot] ?? 0) + 1;
      }
    }
    // Expected counts for each 20 s, times 40: 200 at 10/s, none, then the mean rate of each fifth of the ramp.
    const expected = [200, 200, 200, 200, 200, 0, 280, 440, 600, 760, 920].map((count) => 40 * count);
    expect(counts).toHaveLength(expected.length);
    for (const [slot, count] of counts.entries()) {
      const wanted = expected[slot] ?? 0;
      expect(Math.abs(count - wanted)).toBeLessThanOrEqual(3.5 * Math.sqrt(wanted));
    }
  });

  test('constant arrivals on a ramp come when their expected number is reached', () => {
    const all = moments({ kind: 'constant' }, [{ from: 0, to: 10, ms: 10_000 }], 100);
    // After t seconds, t²/2 arrivals are expected.
    expect(all).toHaveLength(50);
    for (const [number, at] of all.entries()) expect((at / 1000) ** 2 / 2).toBeCloseTo(number, 6);
  });

  test('arrival times never decrease and end with the last stage, for any stages', () => {
    const stage = fc.record({
      from: fc.integer({ min: 0, max: 50 }),
      to: fc.integer({ min: 0, max: 50 }),
      ms: fc.integer({ min: 1, max: 5000 }),
    });
    const process = fc
      .constantFrom('poisson', 'constant', 'gamma:0.3')
      .map((text) => parseArrivals(text) ?? { kind: 'poisson' as const });
    fc.assert(
      fc.property(
        fc.array(stage, { minLength: 1, maxLength: 5 }),
        process,
        fc.integer(),
        (stages, kind, seed) => {
          const all = moments(kind, stages, 10_000, seed);
          for (const gap of gapsOf(all)) expect(gap).toBeGreaterThanOrEqual(-1e-9);
          expect(all.at(-1) ?? 0).toBeLessThanOrEqual(lengthOf(stages) + 1e-6);
        },
      ),
    );
  });

  test('the same seed yields the same times, and another seed others', () => {
    const stages = parseStages('1-9@10') ?? [];
    expect(moments({ kind: 'gamma', shape: 0.5 }, stages, 99, 5)).toEqual(
      moments({ kind: 'gamma', shape: 0.5 }, stages, 99, 5),
    );
    expect(moments({ kind: 'poisson' }, stages, 99, 5)).not.toEqual(
      moments({ kind: 'poisson' }, stages, 99, 6),
    );
  });

  test('stages are parsed and described', () => {
    expect(describeStages(parseStages('1-20@60s, 20@30') ?? [])).toBe('1 to 20/s in 60 s, 20/s for 30 s');
    for (const text of [
      '',
      '5',
      '5@',
      '@5',
      '5@0',
      '0@5',
      '5-@3',
      '1@2,,3@4',
      '99999@5',
      '-5@3',
      '1-2-3@4',
    ]) {
      expect(parseStages(text)).toBeUndefined();
    }
  });
});

test.each(['poisson', 'constant', 'gamma:0.5'])('the arrivals %s are parsed and formatted', (text) => {
  const process = parseArrivals(text);
  expect(process && formatArrivals(process)).toBe(text);
});

test.each(['', 'uniform', 'gamma', 'gamma:0', 'gamma:-1', 'gamma:1e9', 'poisson:3'])(
  'the arrivals %j are refused',
  (text) => {
    expect(parseArrivals(text)).toBeUndefined();
  },
);
