import type { ChoiceTokens } from './answer-tokens.js';
import type { CompletionIdentity, TokenUsage } from './completion.js';

/** An answer before it is laid out in time. */
export interface Answer {
  identity: CompletionIdentity;
  choices: readonly ChoiceTokens[];
  usage: TokenUsage;
}
