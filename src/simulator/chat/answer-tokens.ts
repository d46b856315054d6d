import type { Random } from '../../common/random.js';
import type { Content } from '../content/content.js';
import { piecesOf } from '../content/pieces.js';
import type { Choice, FinishReason } from './completion.js';
import { type ChoiceLogprobs, contentLogprobs, joinedLogprobs } from './logprobs.js';

/** A token of an answer, by the kind of delta that streams it. */
export type Token =
  | { kind: 'reasoning'; text: string }
  /** A token of hidden reasoning, which takes time but is not sent. */
  | { kind: 'hidden'; text: string }
  | { kind: 'text'; text: string; logprobs?: ChoiceLogprobs }
  | { kind: 'call'; index: number; id: string; name: string }
  | { kind: 'arguments'; index: number; text: string };

/** A token that is sent to the client. */
export type SentToken = Exclude<Token, { kind: 'hidden' }>;

/** Whether the client gets the token. */
export function isSent(token: Token): token is SentToken {
  return token.kind !== 'hidden';
}

/** The tokens of one choice, in the order in which a model generates them. */
export interface ChoiceTokens {
  tokens: readonly Token[];
  finishReason: FinishReason;
  /** The stop sequence that ended the text, if one did. */
  stoppedBy?: string;
}

/** Longer answers end after this many tokens, with finish_reason `length`, as with a model. */
export const MAX_OUTPUT_TOKENS = 16_384;

/** Applies `stop` and the token limits. */
export function tokensOf(
  { reasoning, text, calls }: Content,
  stops: readonly string[],
  maxTokens = MAX_OUTPUT_TOKENS,
): ChoiceTokens {
  const { pieces, stoppedBy } = stopped(text, stops);
  const tokens: Token[] = [
    ...reasoning.map((piece): Token => ({ kind: 'reasoning', text: piece })),
    ...pieces.map((piece): Token => ({ kind: 'text', text: piece })),
    ...calls.flatMap((call, index): Token[] => [
      { kind: 'call', index, id: call.id, name: call.name },
      ...piecesOf(call.arguments).map((piece): Token => ({ kind: 'arguments', index, text: piece })),
    ]),
  ];
  const most = Math.min(maxTokens, MAX_OUTPUT_TOKENS);
  if (tokens.length > most) return { tokens: tokens.slice(0, most), finishReason: 'length' };
  const finishReason = calls.length > 0 ? 'tool_calls' : 'stop';
  return { tokens, finishReason, ...(stoppedBy !== undefined && { stoppedBy }) };
}

/** Returns the text before the first stop sequence in it. */
function stopped(
  pieces: readonly string[],
  stops: readonly string[],
): { pieces: readonly string[]; stoppedBy?: string } {
  if (stops.length === 0) return { pieces };
  const text = pieces.join('');
  const found = stops
    .map((stop) => ({ stop, at: text.indexOf(stop) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at);
  const [first] = found;
  return first === undefined
    ? { pieces }
    : { pieces: piecesOf(text.slice(0, first.at)), stoppedBy: first.stop };
}

/** Returns the choice with all reasoning hidden. */
export function withHiddenReasoning(choice: ChoiceTokens): ChoiceTokens {
  const tokens = choice.tokens.map(
    (token): Token => (token.kind === 'reasoning' ? { kind: 'hidden', text: token.text } : token),
  );
  return { ...choice, tokens };
}

/** Returns the choice with log probabilities for each text token and for the `top` likeliest tokens. */
export function withLogprobs(choice: ChoiceTokens, top: number, random: Random): ChoiceTokens {
  const tokens = choice.tokens.map(
    (token): Token =>
      token.kind === 'text' ? { ...token, logprobs: contentLogprobs(token.text, top, random) } : token,
  );
  return { ...choice, tokens };
}

/** Joins the tokens to a whole choice. */
export function choiceOf({ tokens, finishReason }: ChoiceTokens): Choice {
  const calls: { id: string; name: string; arguments: string }[] = [];
  let reasoning = '';
  let text = '';
  const logprobs: ChoiceLogprobs[] = [];
  for (const token of tokens) {
    switch (token.kind) {
      case 'reasoning':
        reasoning += token.text;
        break;
      case 'hidden':
        break;
      case 'text':
        text += token.text;
        if (token.logprobs !== undefined) logprobs.push(token.logprobs);
        break;
      case 'call':
        calls.push({ id: token.id, name: token.name, arguments: '' });
        break;
      case 'arguments': {
        const call = calls[token.index];
        if (call !== undefined) call.arguments += token.text;
      }
    }
  }
  return {
    reasoning,
    text,
    calls,
    logprobs: logprobs.length === 0 ? null : joinedLogprobs(logprobs),
    finishReason,
  };
}

/** Returns how many steps a batch needs to generate all choices side by side: the length of the longest one. */
export function longest(choices: readonly ChoiceTokens[]): number {
  return Math.max(...choices.map(({ tokens }) => tokens.length));
}

/** Returns the `delta` member of the chunk with this token. */
export function deltaOf(token: SentToken): unknown {
  switch (token.kind) {
    case 'reasoning':
      return { reasoning_content: token.text };
    case 'text':
      return { content: token.text };
    case 'call':
      return {
        tool_calls: [
          {
            index: token.index,
            id: token.id,
            type: 'function',
            function: { name: token.name, arguments: '' },
          },
        ],
      };
    case 'arguments':
      return { tool_calls: [{ index: token.index, function: { arguments: token.text } }] };
  }
}
