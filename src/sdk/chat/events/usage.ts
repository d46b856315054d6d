import type { Usage } from '../../../common/chat/usage.js';
import { isRecord, type JsonRecord, recordOf } from '../../../common/json.js';

/** Reads an event's token counts, which are in its `usage`, in the choice, or in a gateway's own members. */
export function usageIn(event: JsonRecord, choice: JsonRecord = {}): Usage | undefined {
  const { usage, usageMetadata, x_groq, metadata, meta, timings } = event;
  const { delta, message } = choice;
  return (
    usageOf(usage) ??
    usageOf(recordOf(x_groq).usage) ??
    usageOf(choice.usage) ??
    usageOf(recordOf(delta ?? message).usage) ??
    usageOf(usageMetadata) ??
    usageOf(recordOf(metadata).usage) ??
    usageOf(recordOf(meta).usage) ??
    countsIn(recordOf(timings))
  );
}

/** Reads the counts that llama.cpp sends with its times, even in a stream without `usage`. */
function countsIn({ prompt_n, cache_n, predicted_n }: JsonRecord): Usage | undefined {
  const prompt = countOf(prompt_n);
  const completion = countOf(predicted_n);
  if (prompt === undefined || completion === undefined) return undefined;
  const promptTokens = prompt + (countOf(cache_n) ?? 0);
  return { promptTokens, completionTokens: completion, totalTokens: promptTokens + completion };
}

/**
 * Reads token counts, or returns undefined. These formats are in use: OpenAI's chat completions (`prompt_tokens`) and
 * Responses (`input_tokens`), Anthropic's caches (`cache_read_input_tokens`), DeepSeek's caches
 * (`prompt_cache_hit_tokens`), and Gemini's members of `usageMetadata`. Digits in a string count as a number.
 */
export function usageOf(value: unknown): Usage | undefined {
  if (!isRecord(value)) return undefined;
  // Cohere sends two counts: the billed tokens, and all tokens.
  if (isRecord(value.tokens)) return usageOf(value.tokens);
  const promptTokens = first(
    value,
    'prompt_tokens',
    'input_tokens',
    'promptTokenCount',
    'promptTokens',
    'inputTokens',
  );
  const completionTokens = first(
    value,
    'completion_tokens',
    'output_tokens',
    'candidatesTokenCount',
    'completionTokens',
    'outputTokens',
  );
  if (promptTokens === undefined && completionTokens === undefined) return undefined;
  const outputs = [recordOf(value.completion_tokens_details), recordOf(value.output_tokens_details), value];
  const inputs = [recordOf(value.prompt_tokens_details), recordOf(value.input_tokens_details), value];
  const reasoningTokens = firstIn(outputs, 'reasoning_tokens', 'thinking_tokens', 'thoughtsTokenCount');
  const rejectedTokens = firstIn(outputs, 'rejected_prediction_tokens');
  const cachedTokens = firstIn(
    inputs,
    'cached_tokens',
    'cache_read_input_tokens',
    'prompt_cache_hit_tokens',
    'cachedContentTokenCount',
  );
  const cacheWriteTokens = firstIn(
    inputs,
    'cache_write_tokens',
    'cache_creation_input_tokens',
    'cache_creation_tokens',
  );
  return {
    promptTokens: promptTokens ?? 0,
    completionTokens: completionTokens ?? 0,
    totalTokens:
      first(value, 'total_tokens', 'totalTokenCount', 'totalTokens') ??
      (promptTokens ?? 0) + (completionTokens ?? 0),
    ...(reasoningTokens !== undefined && { reasoningTokens }),
    ...(rejectedTokens !== undefined && rejectedTokens > 0 && { rejectedTokens }),
    ...(cachedTokens !== undefined && { cachedTokens }),
    ...(cacheWriteTokens !== undefined && { cacheWriteTokens }),
  };
}

const GROWING = ['reasoningTokens', 'rejectedTokens', 'choices', 'cachedTokens', 'cacheWriteTokens'] as const;

/** Merges two usage events. Counts only grow: a count that the later event omits or sets to zero keeps its value. */
export function laterUsage(earlier: Usage | undefined, later: Usage): Usage {
  if (earlier === undefined) return later;
  const promptTokens = Math.max(earlier.promptTokens, later.promptTokens);
  const completionTokens = Math.max(earlier.completionTokens, later.completionTokens);
  const totalTokens = Math.max(earlier.totalTokens, later.totalTokens, promptTokens + completionTokens);
  const usage: Usage = { promptTokens, completionTokens, totalTokens };
  if (earlier.hiddenReasoning ?? later.hiddenReasoning) usage.hiddenReasoning = true;
  for (const name of GROWING) {
    const [one, other] = [earlier[name], later[name]];
    if (one !== undefined || other !== undefined) usage[name] = Math.max(one ?? 0, other ?? 0);
  }
  return usage;
}

function firstIn(records: readonly JsonRecord[], ...names: string[]): number | undefined {
  for (const record of records) {
    const count = first(record, ...names);
    if (count !== undefined) return count;
  }
  return undefined;
}

/** Returns the first count above zero, else the first count. */
function first(record: JsonRecord, ...names: string[]): number | undefined {
  const counts = names.flatMap((name) => countOf(record[name]) ?? []);
  return counts.find((count) => count > 0) ?? counts[0];
}

function countOf(value: unknown): number | undefined {
  const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}
