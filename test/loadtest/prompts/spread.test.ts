import { expect, test } from 'vitest';
import { createRandom } from '../../../src/common/random.js';
import { drawFrom, drawWhole, formatSpread, parseSpread } from '../../../src/loadtest/prompts/spread.js';

const read = (text: string) => parseSpread(text, 1, 1_000_000);

test.each([
  ['512', 512, 0],
  ['uniform:100,300', 200, 58.0],
  ['normal:500,50', 500, 50],
  ['log-normal:500,0.5', 500, 266.5],
  ['exponential:200', 200, 200],
])('draws of %s have mean %d and deviation %d', (text, mean, deviation) => {
  const spread = read(text);
  if (spread === undefined) throw new Error('not read');
  expect(formatSpread(spread)).toBe(text);
  for (const draw of [drawFrom, drawWhole]) {
    const random = createRandom(1);
    const draws = Array.from({ length: 20_000 }, () => draw(spread, random));
    const found = draws.reduce((sum, one) => sum + one, 0) / draws.length;
    const variance = draws.reduce((sum, one) => sum + (one - found) ** 2, 0) / draws.length;
    expect(Math.abs(found - mean)).toBeLessThanOrEqual(0.02 * mean);
    expect(Math.abs(Math.sqrt(variance) - deviation)).toBeLessThanOrEqual(0.03 * deviation);
  }
});

test('all whole numbers of a uniform spread are equally likely', () => {
  const spread = read('uniform:1,4');
  if (spread === undefined) throw new Error('not read');
  const random = createRandom(3);
  const counts = new Map<number, number>();
  for (let left = 8000; left > 0; left -= 1) {
    const drawn = drawWhole(spread, random);
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
  }
  expect([...counts.keys()].toSorted()).toEqual([1, 2, 3, 4]);
  for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(160);
});

test.each([
  '',
  '0',
  '-5',
  'normal:5',
  'uniform:9,3',
  'poisson:5,1',
  'log-normal:5,4',
  '1e3',
  '5,5',
  'exponential:',
])('the spread %j is refused', (text) => {
  expect(read(text)).toBeUndefined();
});
