import { expect, test } from 'vitest';
import { hopStretches } from '../../src/metrics/stretches.js';

test('the hops follow one another in their order, then the further output', () => {
  expect(hopStretches({ wait: 80, queue: 5, decode: 1 }, 200)).toEqual([
    { name: 'queue', label: 'daemon queue', startMs: 0, endMs: 5 },
    { name: 'wait', label: 'to 1st byte', startMs: 5, endMs: 85 },
    { name: 'decode', label: 'parse', startMs: 85, endMs: 86 },
    { name: 'output', label: 'further output', startMs: 86, endMs: 200 },
  ]);
  expect(hopStretches({}, undefined)).toEqual([]);
});
