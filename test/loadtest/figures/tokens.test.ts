import { expect, test } from 'vitest';
import { tokenFigures, tokensJson, tokensText } from '../../../src/loadtest/figures/tokens.js';
import type { Sample } from '../../../src/loadtest/samples/sample.js';

const common = { index: 0, turn: 1, intendedMs: 0, endMs: 5, attempts: 1, retriesMs: 0, replaced: 0 };
const complete = (
  outputTokens: number,
  counts: { promptTokens?: number; cachedTokens?: number },
): Sample => ({
  ...common,
  ...counts,
  outcome: 'complete',
  lagMs: 0,
  speed: { kind: 'withheld', reason: 'burst' },
  outputTokens,
  tokensEstimated: false,
});
const failed: Sample = { ...common, outcome: 'failed', errorClass: 'Transient', message: '' };

test('tokens are counted of complete requests, with the share from the cache', () => {
  const figures = tokenFigures([
    complete(10, { promptTokens: 100, cachedTokens: 0 }),
    failed,
    complete(30, { promptTokens: 300, cachedTokens: 100 }),
  ]);
  expect(tokensJson(figures)).toEqual({
    prompt: { total: 400, mean: 200, min: 100, max: 300 },
    cached: 100,
    output: { total: 40, mean: 20, min: 10, max: 30 },
  });
  expect(tokensText(figures, true)).toBe(
    "prompt 200 on average, at most 300 (25 % from the provider's cache); output ~20 on average, at most ~30",
  );
});

test('counts that the provider does not send are absent', () => {
  const figures = tokenFigures([complete(3, {})]);
  expect(tokensText(figures, false)).toBe('output 3.0 on average, at most 3');
  expect(tokensJson(figures)).toMatchObject({ prompt: null, cached: null });
  expect(tokensText(tokenFigures([failed]), false)).toBe('');
});
