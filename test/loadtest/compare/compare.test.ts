import { expect, test } from 'vitest';
import { createRandom } from '../../../src/common/random.js';
import { compareRuns, type RunSamples } from '../../../src/loadtest/compare/compare.js';

/** Latencies with a long tail, like those of services. */
const run = (seed: number, count: number, factor = 1, failed = 0): RunSamples => {
  const random = createRandom(seed);
  const draw = (scale: number) =>
    scale * Math.exp(0.3 * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(6.283 * random()));
  const list = (scale: number) => Array.from({ length: count }, () => draw(scale));
  return {
    ttft: list(200 * factor),
    tpot: list(20),
    e2e: list(2000),
    errors: Array.from({ length: count }, (_, index) => (index < failed ? 1 : 0)),
    tokensEstimated: false,
  };
};
const compare = (one: RunSamples, other: RunSamples, tolerance = 0) =>
  compareRuns(one, other, tolerance, createRandom(7));
const calledDifferent = (one: RunSamples, other: RunSamples) =>
  compare(one, other).some(({ verdict }) => verdict === 'better' || verdict === 'worse');

test('at most 5 % of 200 pairs of equal runs count as different', { timeout: 600_000 }, () => {
  const pairs = Array.from({ length: 200 }, (_, index) =>
    calledDifferent(run(2 * index + 1, 100), run(2 * index + 2, 100)),
  );
  expect(pairs.filter(Boolean).length).toBeLessThanOrEqual(10);
});

test('a 10 % higher TTFT is detected in at least 19 of 20 pairs', () => {
  const found = Array.from({ length: 20 }, (_, index) => {
    const differences = compare(run(2 * index + 1, 500), run(2 * index + 2, 500, 1.1));
    return differences.find(({ name }) => name === 'ttft.mean')?.verdict === 'worse';
  });
  expect(found.filter(Boolean).length).toBeGreaterThanOrEqual(19);
});

test('a worsening within the tolerance is reported but is not a regression', () => {
  const [strict] = compare(run(1, 2000), run(2, 2000, 1.1));
  const [lenient] = compare(run(1, 2000), run(2, 2000, 1.1), 0.2);
  expect(strict).toMatchObject({ name: 'ttft.mean', verdict: 'worse', regression: true });
  expect(lenient).toMatchObject({ name: 'ttft.mean', verdict: 'worse', regression: false });
});

test('an improvement counts as better, and the interval contains its size', () => {
  const [mean] = compare(run(1, 2000), run(2, 2000, 0.8));
  expect(mean).toMatchObject({ verdict: 'better', regression: false });
  const { change, before = 0 } = mean ?? {};
  expect(change?.low).toBeLessThan(-0.2 * before);
  expect(change?.high).toBeGreaterThan(-0.2 * before - 20);
  expect(change?.high).toBeLessThan(0);
});

test('the interval of a mean of very many values is that of the normal distribution', () => {
  const [mean] = compare(run(1, 40_000), run(2, 40_000));
  const { change } = mean ?? {};
  // The deviation of one value is 63, and the interval covers 1 - 0.05 / 7 of the draws: 2.69 deviations to each side.
  const half = 2.69 * 63 * Math.sqrt(2 / 40_000);
  expect(((change?.high ?? 0) - (change?.low ?? 0)) / 2).toBeGreaterThan(0.9 * half);
  expect(((change?.high ?? 0) - (change?.low ?? 0)) / 2).toBeLessThan(1.1 * half);
});

test('more failures count as worse', () => {
  const errors = compare(run(1, 300), run(2, 300, 1, 40)).find(({ name }) => name === 'errors');
  expect(errors).toMatchObject({ before: 0, verdict: 'worse' });
});

test('too few values yield no verdict', () => {
  expect(new Set(compare(run(1, 5), run(2, 5)).map(({ verdict }) => verdict))).toEqual(new Set(['missing']));
});

test('estimated token counts are not compared with those of a provider', () => {
  const counted = run(1, 100);
  const estimated = { ...run(2, 100), tokensEstimated: true };
  const verdict = (one: RunSamples, other: RunSamples) =>
    compare(one, other).find(({ name }) => name === 'tpot.p50');
  expect(verdict(counted, estimated)).toMatchObject({ verdict: 'estimated', regression: false });
  expect(verdict(counted, estimated)?.change).toBeUndefined();
  expect(verdict(estimated, estimated)?.verdict).toBe('unclear');
});
