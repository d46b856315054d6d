import type { Random } from '../../common/random.js';
import { pick } from '../random.js';

/** The log probability of a text as the next token. */
interface TokenLogprob {
  token: string;
  /** Natural logarithm of the probability. */
  logprob: number;
  /** The token as UTF-8. */
  bytes: readonly number[];
}

/** The `logprobs` member of a choice. */
export interface ChoiceLogprobs {
  content: readonly (TokenLogprob & { top_logprobs: readonly TokenLogprob[] })[];
  refusal: null;
}

/** Likely alternatives for any token. There are more than `top_logprobs` may request. */
const ALTERNATIVES = [
  ...[' the', ' a', ' of', ' and', ' to', ' in', ' is', ' it', ' that', ' for', ' as', ' with', ' on'],
  ...[',', '.', '\n\n', ':', ' (', ' or', ' by', ' from', ' this', ' an', ' at'],
] as const;

/** Lowest probability of the chosen token, high enough to make it the likeliest. */
const LEAST = 0.4;
/** The share of the remaining probability that each further token gets. */
const SHARE = 0.6;

/** Invents the probabilities of a token and of the likeliest alternatives. Their sum is below 1. */
export function contentLogprobs(token: string, top: number, random: Random): ChoiceLogprobs {
  // Models are nearly certain of most tokens and uncertain of some.
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

/** The log probabilities of a stream's first event, which has no token yet. */
export const NO_CONTENT_YET: ChoiceLogprobs = { content: [], refusal: null };

/** Joins the log probabilities of a whole answer. */
export function joinedLogprobs(parts: readonly ChoiceLogprobs[]): ChoiceLogprobs {
  return { content: parts.flatMap(({ content }) => content), refusal: null };
}

function logprobOf(token: string, probability: number): TokenLogprob {
  const logprob = Number(Math.log(Math.max(probability, Number.MIN_VALUE)).toFixed(6));
  return { token, logprob: logprob === 0 ? 0 : logprob, bytes: [...Buffer.from(token)] };
}
