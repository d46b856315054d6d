import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Usage } from '../../../src/sdk/chat/chat-types.js';
import { laterUsage, usageOf } from '../../../src/sdk/chat/usage.js';

const counts = { promptTokens: 10, completionTokens: 24, totalTokens: 34 };

test.each<[string, unknown, Usage]>([
  ['OpenAI', { prompt_tokens: 10, completion_tokens: 24, total_tokens: 34 }, counts],
  ['a server without a total', { prompt_tokens: 10, completion_tokens: 24 }, counts],
  [
    'the Responses names',
    {
      input_tokens: 10,
      output_tokens: 24,
      input_tokens_details: { cached_tokens: 8 },
      output_tokens_details: { reasoning_tokens: 20 },
    },
    { ...counts, cachedTokens: 8, reasoningTokens: 20 },
  ],
  [
    'Anthropic caches',
    {
      input_tokens: 10,
      output_tokens: 24,
      cache_read_input_tokens: 6,
      cache_creation_input_tokens: 3,
    },
    { ...counts, cachedTokens: 6, cacheWriteTokens: 3 },
  ],
  [
    'DeepSeek',
    {
      prompt_tokens: 10,
      completion_tokens: 24,
      prompt_cache_hit_tokens: 8,
      prompt_cache_miss_tokens: 2,
      completion_tokens_details: { reasoning_tokens: 20 },
    },
    { ...counts, cachedTokens: 8, reasoningTokens: 20 },
  ],
  [
    'OpenRouter',
    {
      prompt_tokens: 10,
      completion_tokens: 24,
      total_tokens: 34,
      prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 5 },
    },
    { ...counts, cachedTokens: 0, cacheWriteTokens: 5 },
  ],
  ['digits in strings', { prompt_tokens: '10', completion_tokens: '24' }, counts],
  [
    'old names at zero beside new ones',
    { prompt_tokens: 0, completion_tokens: 0, input_tokens: 10, output_tokens: 24 },
    counts,
  ],
])('usage of %s is read', (_name, value, usage) => {
  expect(usageOf(value)).toEqual(usage);
});

test.each([undefined, null, 7, {}, { prompt_tokens: -1 }, { completion_tokens: '1.5' }, { queue_time: 1 }])(
  '%j is no usage',
  (value) => {
    expect(usageOf(value)).toBeUndefined();
  },
);

test('cumulative counts only grow, even if later events omit them', () => {
  const count = fc.nat(1000);
  const usage = fc.record({ promptTokens: count, completionTokens: count, totalTokens: count });
  fc.assert(
    fc.property(usage, usage, (earlier, later) => {
      const merged = laterUsage({ ...earlier, cachedTokens: 4 }, later);
      expect(merged.promptTokens).toBe(Math.max(earlier.promptTokens, later.promptTokens));
      expect(merged.completionTokens).toBe(Math.max(earlier.completionTokens, later.completionTokens));
      expect(merged.cachedTokens).toBe(4);
    }),
  );
});
