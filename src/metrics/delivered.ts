import type { Usage } from '../common/chat/usage.js';
import type { Amount } from './arrivals.js';

/** How many tokens of output arrived. */
export interface Delivered {
  tokens: number;
  /** `tokens` is estimated from the text. */
  estimated: boolean;
  /** False when the provider's count includes tokens that never arrived, and how many did arrive is unknown. */
  known: boolean;
  /** Number of reasoning tokens that never arrived. */
  hidden: number;
}

/** A count includes hidden tokens when it exceeds this factor times the estimate plus this many tokens. */
const HIDDEN_FACTOR = 3;
const HIDDEN_SLACK = 20;
/** A count covers only part of the text when the estimate exceeds this factor times the count plus `HIDDEN_SLACK`. */
const PARTIAL_FACTOR = 8;
/** The same, when both the estimate and the number of chunks exceed this factor times the count. */
const CHUNK_FACTOR = 3;

/** Fewest chunks of reasoning, and of the rest, with which a count of the rest alone is no coincidence. */
const MIN_APART = 10;
/** Most tokens that a server drafts at once. */
const OVERRUN = 16;

/**
 * Returns the provider's completion tokens less the reasoning tokens that it never streamed. When the provider counts
 * reasoning separately from the completion tokens (total = prompt + completion + reasoning), streamed reasoning is
 * added. Rejected tokens of a prediction are subtracted, too. For a count of several choices the result is an estimate,
 * because only one choice is read.
 */
export function deliveredOf(counts: Usage | undefined, reasoning: Amount, rest: Amount): Delivered {
  const estimate = tokensIn(reasoning) + tokensIn(rest);
  const pieces = reasoning.pieces + rest.pieces;
  // When there is output, a zero means that the server does not fill in the field.
  if (counts === undefined || (counts.completionTokens === 0 && pieces > 0)) {
    return { tokens: estimate, estimated: true, known: true, hidden: 0 };
  }
  if ((counts.choices ?? 1) > 1) return { tokens: estimate, estimated: true, known: true, hidden: 0 };
  const completionTokens = completionOf(counts, Math.max(estimate, pieces));
  const thought = reasoningTokensOf(counts);
  const visible = isBeside(counts, thought) ? completionTokens : completionTokens - thought;
  const streamed = streamedReasoning(reasoning, thought);
  const tokens = visible + streamed.tokens;
  const hidden = thought - streamed.tokens;
  if (pieces === 0) return { tokens: Math.max(0, tokens), estimated: false, known: true, hidden };
  if (counts.hiddenReasoning === true) {
    const hiddenTokens = Math.max(0, Math.round(tokens - estimate));
    return { tokens: Math.min(tokens, estimate), estimated: true, known: false, hidden: hiddenTokens };
  }
  if (!streamed.known) return { tokens, estimated: true, known: false, hidden };
  // A chunk has at least one token: a count of one for each chunk of the answer leaves the streamed reasoning out.
  const apart = thought === 0 && Math.min(reasoning.pieces, rest.pieces) >= MIN_APART;
  if (apart && Math.abs(tokens - rest.pieces) <= 1)
    return { tokens: tokens + tokensIn(reasoning), estimated: true, known: true, hidden };
  const partial =
    estimate > PARTIAL_FACTOR * tokens + HIDDEN_SLACK || CHUNK_FACTOR * tokens < Math.min(estimate, pieces);
  // Some gateways count only the current event. A truncated answer of Anthropic has only the count of the first event.
  if (tokens > 0 && partial) return { tokens: estimate, estimated: true, known: true, hidden };
  const most = HIDDEN_FACTOR * Math.max(estimate, pieces) + HIDDEN_SLACK;
  if (tokens > 0 && tokens <= most) return { tokens, estimated: false, known: true, hidden };
  return {
    tokens: estimate,
    estimated: true,
    known: false,
    hidden: Math.max(hidden, Math.round(tokens - estimate)),
  };
}

/**
 * Returns the completion tokens without those that are not of the answer: the rejected tokens of a prediction, and the
 * prompt, which some servers include. The total then equals the completion tokens.
 * @param seen how many tokens arrived, as an estimate
 */
function completionOf(
  { promptTokens, completionTokens, totalTokens, rejectedTokens = 0 }: Usage,
  seen: number,
): number {
  const without = completionTokens - promptTokens;
  if (
    totalTokens === completionTokens &&
    without > 0 &&
    Math.abs(without - seen) < Math.abs(completionTokens - seen)
  )
    return without;
  return completionTokens - (rejectedTokens < completionTokens ? rejectedTokens : 0);
}

/** Returns the reasoning tokens that the provider counted, or the part of the total that no other count explains. */
export function reasoningTokensOf(counts: Usage): number {
  const { reasoningTokens, completionTokens } = counts;
  if (reasoningTokens !== undefined) return isOverrun(counts) ? completionTokens : reasoningTokens;
  // Gemini counts its thoughts only in the total. Some servers count cached tokens only there.
  const surplus = surplusOf(counts);
  return surplus > (counts.cachedTokens ?? 0) + (counts.cacheWriteTokens ?? 0) ? surplus : 0;
}

/**
 * Whether the reasoning exceeds the completion tokens only because of speculative decoding: SGLang also counts drafted
 * tokens after the answer's end. The total then shows that the completion tokens include the reasoning.
 */
function isOverrun(counts: Usage): boolean {
  const { promptTokens, completionTokens, totalTokens, reasoningTokens = 0 } = counts;
  const excess = reasoningTokens - completionTokens;
  return excess > 0 && excess <= OVERRUN && totalTokens === promptTokens + completionTokens;
}

/** Returns whether the completion tokens exclude reasoning (xAI, Gemini). OpenAI includes it. */
export function isBeside(counts: Usage, thought: number): boolean {
  return thought > 0 && (thought > counts.completionTokens || surplusOf(counts) >= thought);
}

function surplusOf({ promptTokens, completionTokens, totalTokens }: Usage): number {
  return promptTokens === 0 ? 0 : Math.max(0, totalTokens - promptTokens - completionTokens);
}

/**
 * Returns how many reasoning tokens arrived. If the text has less than half of the counted tokens, it is a summary, and
 * its tokens are unknown.
 */
function streamedReasoning({ tokens, pieces }: Amount, thought: number): { tokens: number; known: boolean } {
  if (pieces === 0 || thought === 0) return { tokens: 0, known: true };
  const seen = Math.max(tokens, pieces);
  return seen >= thought / 2
    ? { tokens: thought, known: true }
    : { tokens: Math.round(tokens), known: false };
}

/** A server that splits texts into characters sends less than this part of a token in a chunk on average. */
const CHARACTERS = 0.3;

/** Returns the estimate for an amount of output. A chunk has at least one token, unless the server sends characters. */
function tokensIn({ pieces, tokens }: Amount): number {
  return tokens > pieces * CHARACTERS ? Math.max(tokens, pieces) : tokens;
}

/** Estimates a text's tokens: four ASCII characters are one token, each other character is one. */
export function estimateTokens(text: string): number {
  let ascii = 0;
  let other = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) ascii += 1;
    // The second half of a surrogate pair belongs to the same character.
    else if (unit < 0xdc00 || unit > 0xdfff) other += 1;
  }
  return ascii / 4 + other;
}
