import { expect, test } from 'vitest';
import { createRandom } from '../../../src/common/random.js';
import { drawLength, formatLengths, parseLengths } from '../../../src/loadtest/prompts/lengths.js';
import { createSynthetic, type Synthetic } from '../../../src/loadtest/prompts/synthetic.js';

const base: Synthetic = { input: { kind: 'constant', tokens: 100 }, sharedPrefix: 0, prefixes: 1, seed: 7 };
const wordsOf = (spec: Synthetic, index: number): string[] =>
  String(createSynthetic(spec).at(index).messages[0]?.content).split(' ');
/** How many words two prompts have in common from their beginning. */
const common = (one: readonly string[], other: readonly string[]): number => {
  const differ = one.findIndex((word, at) => word !== other[at]);
  return differ === -1 ? one.length : differ;
};

test('a seed and an index give the same prompt, and others another', () => {
  expect(wordsOf(base, 3)).toEqual(wordsOf(base, 3));
  expect(wordsOf(base, 3)).not.toEqual(wordsOf(base, 4));
  expect(wordsOf(base, 3)).not.toEqual(wordsOf({ ...base, seed: 8 }, 3));
});

test('prompts are as long as asked for, and have nothing in common without a shared prefix', () => {
  const all = Array.from({ length: 50 }, (_, index) => wordsOf(base, index));
  expect(all.every(({ length }) => length === 100)).toBe(true);
  expect(Math.max(...all.slice(1).map((one) => common(one, all[0] ?? [])))).toBeLessThan(5);
});

test('the share of a prefix that is asked for is common to all, and no more', () => {
  const spec = { ...base, sharedPrefix: 0.4 };
  const [first = [], ...others] = Array.from({ length: 20 }, (_, index) => wordsOf(spec, index));
  for (const other of others) {
    expect(common(first, other)).toBeGreaterThanOrEqual(40);
    expect(common(first, other)).toBeLessThan(45);
  }
});

test('with several prefixes, prompts spread evenly among them', () => {
  const spec = { ...base, sharedPrefix: 0.5, prefixes: 4 };
  const groups = new Map<string, number>();
  for (let index = 0; index < 400; index += 1) {
    const prefix = wordsOf(spec, index).slice(0, 50).join(' ');
    groups.set(prefix, (groups.get(prefix) ?? 0) + 1);
  }
  expect(groups.size).toBe(4);
  for (const count of groups.values()) expect(Math.abs(count - 100)).toBeLessThan(35);
});

test('answers get their own lengths as a limit', () => {
  const source = createSynthetic({ ...base, output: { kind: 'uniform', from: 10, to: 20 } });
  const limits = Array.from({ length: 200 }, (_, index) => source.at(index).maxTokens ?? 0);
  expect(Math.min(...limits)).toBe(10);
  expect(Math.max(...limits)).toBe(20);
});

test.each([
  ['512', 512, 0],
  ['uniform:100,300', 200, 58.0],
  ['normal:500,50', 500, 50],
  ['log-normal:500,0.5', 500, 266.5],
])('draws of %s have mean %d and deviation %d', (text, mean, deviation) => {
  const lengths = parseLengths(text);
  if (lengths === undefined) throw new Error('not read');
  expect(formatLengths(lengths)).toBe(text);
  const random = createRandom(1);
  const draws = Array.from({ length: 20_000 }, () => drawLength(lengths, random));
  const found = draws.reduce((sum, one) => sum + one, 0) / draws.length;
  const variance = draws.reduce((sum, one) => sum + (one - found) ** 2, 0) / draws.length;
  expect(Math.abs(found - mean)).toBeLessThanOrEqual(0.02 * mean);
  expect(Math.abs(Math.sqrt(variance) - deviation)).toBeLessThanOrEqual(0.03 * deviation);
});

test.each(['', '0', '-5', 'normal:5', 'uniform:9,3', 'poisson:5,1', 'log-normal:5,4', '1e3', '5,5'])(
  'the lengths %j are refused',
  (text) => {
    expect(parseLengths(text)).toBeUndefined();
  },
);
