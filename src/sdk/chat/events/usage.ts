import type { Usage } from '../../../common/chat/usage.js';
import { isRecord, type JsonRecord, recordOf } from '../../../common/json.js';

/** Reads an event's token counts, which are in its `usage`, in the choice, or in a gateway's own members. */
export function usageIn(event: JsonRecord, choice: JsonRecord = {}): Usage | undefined {
  const { usage, usageMetadata, usage_metadata, token_usage, x_groq, metadata, meta, timings } = event;
  const { delta, message } = choice;
  return (
    usageOf(usage) ??
    usageOf(recordOf(x_groq).usage) ??
    usageOf(choice.usage) ??
    usageOf(recordOf(delta ?? message).usage) ??
    usageOf(usageMetadata ?? usage_metadata ?? token_usage) ??
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

/** Names of counts in lower case without separators, the most common first. */
const NAMES = {
  prompt: [
    'prompttokens',
    'inputtokens',
    'prompttokencount',
    'inputtokencount',
    'promptevalcount',
    'tokensevaluated',
  ],
  completion: [
    'completiontokens',
    'outputtokens',
    'candidatestokencount',
    'outputtokencount',
    'generatedtokencount',
    'generatedtokens',
    'evalcount',
    'tokenspredicted',
  ],
  total: ['totaltokens', 'totaltokencount'],
  outputs: ['completiontokensdetails', 'outputtokensdetails', 'outputtokendetails'],
  inputs: ['prompttokensdetails', 'inputtokensdetails', 'inputtokendetails'],
  reasoning: ['reasoningtokens', 'thinkingtokens', 'thoughtstokencount'],
  rejected: ['rejectedpredictiontokens'],
  cached: [
    'cachedtokens',
    'cachereadinputtokens',
    'promptcachehittokens',
    'cachedcontenttokencount',
    'cachereadtokens',
    'cachedinputtokens',
    'numcachedtokens',
  ],
  cacheWrite: [
    'cachewritetokens',
    'cachecreationinputtokens',
    'cachecreationtokens',
    'cachewriteinputtokens',
  ],
} as const;

/** The members of an object by their names in lower case without separators. */
type Members = ReadonlyMap<string, unknown>;

/**
 * Reads token counts, or returns undefined. Servers use the names of OpenAI's chat completions (`prompt_tokens`) and
 * Responses (`input_tokens`), of Anthropic's and DeepSeek's caches, of Gemini's `usageMetadata`, of Ollama, llama.cpp
 * and watsonx, in any spelling (`promptTokens`). Digits in a string count as a number.
 */
export function usageOf(value: unknown): Usage | undefined {
  if (!isRecord(value)) return undefined;
  // Cohere sends two counts: the billed tokens, and all tokens.
  const nested = [value.tokens, value.billed_units].find(isRecord);
  if (nested !== undefined) return usageOf(nested);
  const members = membersOf(value);
  const prompt = first(members, NAMES.prompt);
  const total = first(members, NAMES.total);
  const completion = first(members, NAMES.completion) ?? (prompt && total && Math.max(0, total - prompt));
  if (prompt === undefined && completion === undefined) return undefined;
  const outputs = [...detailsIn(members, NAMES.outputs), members];
  const inputs = [...detailsIn(members, NAMES.inputs), members];
  const reasoningTokens = firstIn(outputs, NAMES.reasoning);
  const rejectedTokens = firstIn(outputs, NAMES.rejected);
  const cachedTokens = firstIn(inputs, NAMES.cached);
  const cacheWriteTokens = firstIn(inputs, NAMES.cacheWrite);
  return {
    promptTokens: prompt ?? 0,
    completionTokens: completion ?? 0,
    totalTokens: total ?? (prompt ?? 0) + (completion ?? 0),
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

function membersOf(record: JsonRecord): Members {
  const members = new Map<string, unknown>();
  for (const name in record) members.set(name.replace(/[_-]/g, '').toLowerCase(), record[name]);
  return members;
}

function detailsIn(members: Members, names: readonly string[]): Members[] {
  return names
    .map((name) => members.get(name))
    .filter(isRecord)
    .map(membersOf);
}

function firstIn(places: readonly Members[], names: readonly string[]): number | undefined {
  for (const place of places) {
    const count = first(place, names);
    if (count !== undefined) return count;
  }
  return undefined;
}

/** Returns the first count above zero, else the first count. */
function first(members: Members, names: readonly string[]): number | undefined {
  let zero: number | undefined;
  for (const name of names) {
    const count = countOf(members.get(name));
    if (count !== undefined && count > 0) return count;
    zero ??= count;
  }
  return zero;
}

function countOf(value: unknown): number | undefined {
  const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}
