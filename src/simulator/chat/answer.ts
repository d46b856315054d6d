import { createRandom, type Random } from '../../common/random.js';
import { composeContent, type Sources } from '../content/content.js';
import { randomId } from '../random.js';
import type { Settings } from '../settings/settings.js';
import { type ChoiceTokens, tokensOf, withHiddenReasoning, withLogprobs } from './answer-tokens.js';
import type { ChatRequest } from './chat-request.js';
import { type CompletionIdentity, type TokenUsage, usageOf } from './completion.js';
import { estimateTokens } from './tokens.js';

/** Tokens that OpenAI's chat format adds for each message, and for the start of the answer. */
const TOKENS_PER_MESSAGE = 4;
const TOKENS_TO_START = 3;

/** An answer before it has times and a wire format. */
export interface Answer {
  identity: CompletionIdentity;
  choices: readonly ChoiceTokens[];
  usage: TokenUsage;
}

/** Returns the answer to a request. @param idPrefix the beginning of its id, e.g. `chatcmpl-` */
export function makeAnswer(
  request: ChatRequest,
  settings: Settings,
  sources: Sources,
  random: Random,
  idPrefix: string,
): Answer {
  const identity: CompletionIdentity = {
    id: randomId(idPrefix, random),
    created: Math.floor(Date.now() / 1000),
    model: request.model,
  };
  const choices = choicesOf(request, settings, sources, random);
  const all = choices.flatMap(({ tokens }) => tokens);
  const reasoning = all.filter(({ kind }) => kind === 'reasoning' || kind === 'hidden').length;
  return { identity, choices, usage: usageOf(promptTokens(request), all.length, reasoning) };
}

function choicesOf(
  request: ChatRequest,
  settings: Settings,
  sources: Sources,
  random: Random,
): readonly ChoiceTokens[] {
  const { logprobs, seed, stops, maxTokens } = request;
  // The request's seed determines the text, but not timing and faults.
  const sampling = seed === undefined ? random : createRandom(seed);
  return Array.from({ length: request.choices }, () => {
    const content = composeContent(request, settings, sources, sampling);
    const sent = asForced(tokensOf(content, stops, maxTokens), request);
    const choice = settings.reasoning === 'hidden' ? withHiddenReasoning(sent) : sent;
    return logprobs === undefined ? choice : withLogprobs(choice, logprobs.top, sampling);
  });
}

/** Ends a call with `stop`, as OpenAI does, if `tool_choice` names the function. */
function asForced(choice: ChoiceTokens, { toolChoice }: ChatRequest): ChoiceTokens {
  const forced = toolChoice.kind === 'function' && choice.finishReason === 'tool_calls';
  return forced ? { ...choice, finishReason: 'stop' } : choice;
}

/** Estimates how many tokens a request's messages have. */
export function promptTokens({ messages }: Pick<ChatRequest, 'messages'>): number {
  return messages.reduce((sum, { text }) => sum + estimateTokens(text) + TOKENS_PER_MESSAGE, TOKENS_TO_START);
}
