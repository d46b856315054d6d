import { pick, type Random } from '../random.js';

/** How likely a text was as the next token. */
interface TokenLogprob {
  token: string;
  /** Natural logarithm of its probability. */
  logprob: number;
  /** The token as UTF-8. */
  bytes: readonly number[];
}

/** The `logprobs` member of a choice; null where the token is no content. */
export interface ChoiceLogprobs {
  content: readonly (TokenLogprob & { top_logprobs: readonly TokenLogprob[] })[];
  refusal: null;
}

/** What a model might have said in any place. More than `top_logprobs` may ask for. */
const ALTERNATIVES = [
  ...[' the', ' a', ' of', ' and', ' to', ' in', ' is', ' it', ' that', ' for', ' as', ' with', ' on'],
  ...[',', '.', '\n\n', ':', ' (', ' or', ' by', ' from', ' this', ' an', ' at'],
] as const;

/** The chosen token has at least this probability, so that it is the likeliest. */
const LEAST = 0.4;
/** The share of the remaining probability that each further token gets. */
const SHARE = 0.6;

/** Invents how likely a token was, and the likeliest in its place: probabilities that add up to less than 1. */
export function contentLogprobs(token: string, top: number, random: Random): ChoiceLogprobs {
  // Models are sure of most tokens and waver at some.
  const probability = 1 - (1 - LEAST) * random() ** 3;
  const chosen = logprobOf(token, probability);
  const others = ALTERNATIVES.filter((other) => other !== token);
  const from = others.indexOf(pick(ALTERNATIVES, random));
  let left = 1 - probability;
  const likeliest = Array.from({ length: top }, (_, rank) => {
    if (rank === 0) return chosen;
    const share = left * SHARE;
    left -= share;
    return logprobOf(others[(from + rank) % others.length] ?? '', share);
  });
  return { content: [{ ...chosen, top_logprobs: likeliest }], refusal: null };
}

/** What the first event of a stream has, which holds no token yet. */
export const NO_CONTENT_YET: ChoiceLogprobs = { content: [], refusal: null };

/** Those of a whole answer, put together. */
export function joinedLogprobs(parts: readonly ChoiceLogprobs[]): ChoiceLogprobs {
  return { content: parts.flatMap(({ content }) => content), refusal: null };
}

function logprobOf(token: string, probability: number): TokenLogprob {
  const logprob = Number(Math.log(Math.max(probability, Number.MIN_VALUE)).toFixed(6));
  return { token, logprob: logprob === 0 ? 0 : logprob, bytes: [...Buffer.from(token)] };
}
