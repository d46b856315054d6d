import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Usage } from '../../../../src/common/chat/usage.js';
import { laterUsage, usageIn, usageOf } from '../../../../src/sdk/chat/events/usage.js';
import { createChatStream } from '../../../../src/sdk/index.js';
import { sseEvents } from '../../../support/servers/upstream.js';

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
  ['Bedrock', { inputTokens: 10, outputTokens: 24, totalTokens: 34 }, counts],
  [
    'Cohere',
    {
      billed_units: { input_tokens: 2, output_tokens: 24 },
      tokens: { input_tokens: 10, output_tokens: 24 },
    },
    counts,
  ],
  [
    'camel case with details',
    {
      promptTokens: 10,
      completionTokens: 24,
      promptTokensDetails: { cachedTokens: 8 },
      completionTokensDetails: { reasoningTokens: 20 },
    },
    { ...counts, cachedTokens: 8, reasoningTokens: 20 },
  ],
  [
    'the AI SDK',
    { inputTokens: 10, outputTokens: 24, reasoningTokens: 20, cachedInputTokens: 8 },
    { ...counts, cachedTokens: 8, reasoningTokens: 20 },
  ],
  [
    'Bedrock’s caches',
    { inputTokens: 10, outputTokens: 24, cacheReadInputTokens: 6, cacheWriteInputTokens: 3 },
    { ...counts, cachedTokens: 6, cacheWriteTokens: 3 },
  ],
  ['watsonx', { input_token_count: 10, generated_token_count: 24 }, counts],
  ['Ollama', { prompt_eval_count: 10, eval_count: 24 }, counts],
  ['llama.cpp', { tokens_evaluated: 10, tokens_predicted: 24 }, counts],
  ['a server in C#', { PromptTokens: 10, CompletionTokens: 24, TotalTokens: 34 }, counts],
  ['Cohere’s billed tokens alone', { billed_units: { input_tokens: 10, output_tokens: 24 } }, counts],
  ['a server without completion tokens', { prompt_tokens: 10, total_tokens: 34 }, counts],
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
  '%j does not count as usage',
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

const USAGE = { prompt_tokens: 10, completion_tokens: 24, total_tokens: 34 };

test.each([
  ['the event', { usage: USAGE }, {}],
  ['x_groq', { x_groq: { usage: USAGE } }, {}],
  ['the choice', {}, { usage: USAGE }],
  ['the delta', {}, { delta: { usage: USAGE } }],
  ['the message', {}, { message: { usage: USAGE } }],
  ["Gemini's usageMetadata", { usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 24 } }, {}],
  ['metadata', { metadata: { usage: USAGE } }, {}],
  ["llama.cpp's timings, its cache included", { timings: { prompt_n: 4, cache_n: 6, predicted_n: 24 } }, {}],
])('usage is found in %s', (_, event, choice) => {
  expect(usageIn(event, choice)).toEqual(counts);
});

test.each([{ timings: { prompt_ms: 5 } }, { metadata: 'usage' }, { usage: null }])(
  'no usage is found in %j',
  (event) => {
    expect(usageIn(event)).toBeUndefined();
  },
);

test('counts after [DONE] are read, contents are not', () => {
  const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
  const chunk = { choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: 'stop' }] };
  const late = { choices: [{ index: 0, delta: { content: 'ghost' } }], usage: USAGE };
  stream.feed(Buffer.from(sseEvents(JSON.stringify(chunk), '[DONE]').join('')));
  stream.feed(Buffer.from(sseEvents(JSON.stringify(late)).join('')));
  expect(stream.end({ kind: 'closed' })).toMatchObject({ text: 'Hi', outcome: 'complete', usage: counts });
});

test('rejected tokens of a prediction are read, unless there are none', () => {
  const counted = (rejected: number) =>
    usageOf({
      prompt_tokens: 3,
      completion_tokens: 60,
      completion_tokens_details: { accepted_prediction_tokens: 10, rejected_prediction_tokens: rejected },
    });
  expect(counted(40)).toMatchObject({ completionTokens: 60, rejectedTokens: 40 });
  expect(counted(0)).not.toHaveProperty('rejectedTokens');
});
