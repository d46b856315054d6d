import { expect, test } from 'vitest';
import { createFailures, failingSince } from '../../../src/loadtest/figures/failures.js';
import type { Sample } from '../../../src/loadtest/samples/sample.js';
import { NO_SPEED } from '../../../src/metrics/speed.js';

test('the example of a class is its most frequent message, not its first', () => {
  const failures = createFailures();
  for (const message of [
    'cut off',
    'refused',
    'refused',
    ...Array.from({ length: 50 }, (_, id) => `request ${id}`),
  ])
    failures.add(message);
  expect(failures.counted()).toEqual({ count: 53, example: 'refused' });
});

const common = { index: 0, turn: 1, intendedMs: 0, lagMs: 0, attempts: 1, retriesMs: 0, replaced: 0 };
const complete = (endMs: number): Sample => ({
  ...{ ...common, endMs, outcome: 'complete', ttftMs: 1, e2eMs: 1 },
  ...{ speed: NO_SPEED, outputTokens: 1, tokensEstimated: false },
});
const failed = (endMs: number): Sample => ({
  ...{ ...common, endMs, outcome: 'failed', errorClass: 'Transient', message: '' },
});
const failures = (count: number, fromMs: number, everyMs: number): Sample[] =>
  Array.from({ length: count }, (_, number) => failed(fromMs + number * everyMs));

test('a test whose server stopped says when the last answer was complete', () => {
  expect(failingSince([complete(100), failed(200), complete(1000), ...failures(20, 1010, 100)])).toEqual({
    atMs: 1000,
    count: 20,
  });
});

test.each([
  ['few failures at the end', [complete(1000), ...failures(9, 1100, 100)]],
  ['failures only in the last moment', [complete(1000), ...failures(30, 1001, 1)]],
  ['no complete answer', failures(30, 0, 100)],
  ['no request', []],
])('a test with %s has no such time', (_what, samples) => {
  expect(failingSince(samples)).toBeUndefined();
});
