import type { Amount } from './arrivals.js';

/** Token counts as the provider sent them. */
export interface TokenCounts {
  promptTokens: number;
  completionTokens: number;
  totalTokens: number;
  reasoningTokens?: number;
  cachedTokens?: number;
  cacheWriteTokens?: number;
}

/** The tokens that arrived. */
export interface Delivered {
  tokens: number;
  /** `tokens` is an estimate by the text. */
  estimated: boolean;
  /** False when the provider counted more than arrived, and the part that arrived has no count. */
  known: boolean;
  /** Reasoning tokens that never arrived. */
  hidden: number;
}

/** A count that exceeds the estimate by this factor and by this many tokens includes hidden tokens. */
const HIDDEN_FACTOR = 3;
const HIDDEN_SLACK = 20;

/**
 * The provider's completion tokens less reasoning tokens that were never streamed. Where reasoning is counted
 * beside the completion tokens (total = prompt + completion + reasoning), streamed reasoning is added.
 */
export function deliveredOf(counts: TokenCounts | undefined, reasoning: Amount, rest: Amount): Delivered {
  const estimate = reasoning.tokens + rest.tokens;
  const pieces = reasoning.pieces + rest.pieces;
  // A zero beside output is a field that the server does not fill in.
  if (counts === undefined || (counts.completionTokens === 0 && pieces > 0)) {
    return { tokens: estimate, estimated: true, known: true, hidden: 0 };
  }
  const { completionTokens } = counts;
  const thought = reasoningTokensOf(counts);
  const visible = isBeside(counts, thought) ? completionTokens : completionTokens - thought;
  const streamed = streamedReasoning(reasoning, thought);
  const tokens = visible + streamed.tokens;
  const hidden = thought - streamed.tokens;
  if (pieces === 0) return { tokens: Math.max(0, tokens), estimated: false, known: true, hidden };
  if (!streamed.known) return { tokens, estimated: true, known: false, hidden };
  const most = HIDDEN_FACTOR * Math.max(estimate, pieces) + HIDDEN_SLACK;
  if (tokens > 0 && tokens <= most) return { tokens, estimated: false, known: true, hidden };
  return {
    tokens: estimate,
    estimated: true,
    known: false,
    hidden: Math.max(hidden, Math.round(tokens - estimate)),
  };
}

/** Reasoning tokens as counted; where only the total shows them, what it has beyond the other counts. */
export function reasoningTokensOf(counts: TokenCounts): number {
  if (counts.reasoningTokens !== undefined) return counts.reasoningTokens;
  // Gemini counts its thoughts in the total alone. Some servers count cached tokens so.
  const surplus = surplusOf(counts);
  return surplus > (counts.cachedTokens ?? 0) + (counts.cacheWriteTokens ?? 0) ? surplus : 0;
}

/** Whether reasoning is counted beside the completion tokens (xAI, Gemini), not within them (OpenAI). */
export function isBeside(counts: TokenCounts, thought: number): boolean {
  return thought > 0 && (thought > counts.completionTokens || surplusOf(counts) >= thought);
}

function surplusOf({ promptTokens, completionTokens, totalTokens }: TokenCounts): number {
  return promptTokens === 0 ? 0 : Math.max(0, totalTokens - promptTokens - completionTokens);
}

/** How many reasoning tokens arrived. Much less text than the count suggests is a summary, whose tokens are unknown. */
function streamedReasoning({ tokens, pieces }: Amount, thought: number): { tokens: number; known: boolean } {
  if (pieces === 0 || thought === 0) return { tokens: 0, known: true };
  const seen = Math.max(tokens, pieces);
  return seen >= thought / 2
    ? { tokens: thought, known: true }
    : { tokens: Math.round(tokens), known: false };
}

/** About how many tokens a text is: four ASCII characters a token, one for any other character. */
export function estimateTokens(text: string): number {
  let ascii = 0;
  let other = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) ascii += 1;
    // The second half of a surrogate pair is not another character.
    else if (unit < 0xdc00 || unit > 0xdfff) other += 1;
  }
  return ascii / 4 + other;
}
