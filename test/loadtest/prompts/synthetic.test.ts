import { expect, test } from 'vitest';
import { createPace } from '../../../src/loadtest/prompts/prompt.js';
import { createSynthetic, type Synthetic } from '../../../src/loadtest/prompts/synthetic.js';

const base: Synthetic = { input: { kind: 'constant', value: 100 }, sharedPrefix: 0, prefixes: 1, seed: 7 };
const single = createPace({ kind: 'constant', value: 1 }, undefined, 7);
const wordsOf = (spec: Synthetic, index: number): string[] =>
  String(createSynthetic(spec, single).at(index)[0].messages[0]?.content).split(' ');
/** Number of words in the common prefix of two prompts. */
const common = (one: readonly string[], other: readonly string[]): number => {
  const differ = one.findIndex((word, at) => word !== other[at]);
  return differ === -1 ? one.length : differ;
};

test('a seed and an index always yield the same prompt, and others a different one', () => {
  expect(wordsOf(base, 3)).toEqual(wordsOf(base, 3));
  expect(wordsOf(base, 3)).not.toEqual(wordsOf(base, 4));
  expect(wordsOf(base, 3)).not.toEqual(wordsOf({ ...base, seed: 8 }, 3));
});

test('prompts have the requested length and share nothing without a shared prefix', () => {
  const all = Array.from({ length: 50 }, (_, index) => wordsOf(base, index));
  expect(all.every(({ length }) => length === 100)).toBe(true);
  expect(Math.max(...all.slice(1).map((one) => common(one, all[0] ?? [])))).toBeLessThan(5);
});

test('all prompts share exactly the requested part of the prefix', () => {
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

test('each answer has its own token limit', () => {
  const source = createSynthetic({ ...base, output: { kind: 'uniform', from: 10, to: 20 } }, single);
  const limits = Array.from({ length: 200 }, (_, index) => source.at(index)[0].maxTokens ?? 0);
  expect(Math.min(...limits)).toBe(10);
  expect(Math.max(...limits)).toBe(20);
});

test('a conversation has the turns of its pace, and only the first turn has a shared prefix', () => {
  const pace = createPace({ kind: 'uniform', from: 2, to: 4 }, undefined, 7);
  const source = createSynthetic({ ...base, sharedPrefix: 0.5 }, pace);
  const all = Array.from({ length: 60 }, (_, index) => source.at(index));
  expect(new Set(all.map(({ length }) => length))).toEqual(new Set([2, 3, 4]));
  expect(all.every(({ length }, index) => length === pace.turns(index))).toBe(true);
  const beginnings = (turn: number): Set<string> =>
    new Set(all.map((turns) => String(turns[turn]?.messages[0]?.content).split(' ').slice(0, 50).join(' ')));
  expect(beginnings(0).size).toBe(1);
  expect(beginnings(1).size).toBe(60);
});

test('a conversation waits as its file says, unless the test has a think time', () => {
  const wait = { messages: [], delayMs: 250 };
  const moment = { messages: [], afterMs: 700 };
  const thinkS = { kind: 'constant', value: 5 } as const;
  const recorded = createPace('all', undefined, 7).thinkMs(0);
  expect([wait, moment, { messages: [] }].map((turn) => recorded(turn, 300))).toEqual([250, 400, 0]);
  // The question of a late answer is overdue.
  expect(recorded(moment, 900)).toBe(0);
  const set = createPace('all', thinkS, 7).thinkMs(0);
  expect([wait, moment].map((turn) => set(turn, 300))).toEqual([5000, 5000]);
});
