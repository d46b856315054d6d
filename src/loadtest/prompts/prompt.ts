import { createRandom, type Random } from '../../common/random.js';
import type { ChatMessage } from '../../connector/types.js';
import { drawFrom, drawWhole, type Spread } from '../spread.js';

/** One request of a conversation. */
export interface Turn {
  /** What is added to the conversation before the answer: mostly a question. */
  readonly messages: readonly ChatMessage[];
  /** What was answered when the conversation was recorded. */
  readonly recorded?: readonly ChatMessage[];
  /** Most tokens of the answer. */
  readonly maxTokens?: number;
  /** Further members of the request's body. */
  readonly body?: Readonly<Record<string, unknown>>;
}

/** What is asked, turn by turn. Most conversations of a test have one turn. */
export type Conversation = readonly [Turn, ...Turn[]];

/** Where a test's prompts come from. The same source gives the same conversation for an index, in every process. */
export interface PromptSource {
  /** For people, e.g. `120 from questions.jsonl (prompt)`. */
  readonly text: string;
  /** For the report. */
  readonly json: Readonly<Record<string, unknown>>;
  /** How many differ; undefined where each index has its own. */
  readonly count?: number;
  at(index: number): Conversation;
  /** All of them, where they were read. */
  readonly conversations?: readonly Conversation[];
}

/** Conversations in turn: after the last comes the first again. */
export function inTurn(
  conversations: readonly [Conversation, ...Conversation[]],
  told: Pick<PromptSource, 'text' | 'json'>,
): PromptSource {
  const { length } = conversations;
  const { text, json } = told;
  const at = (index: number): Conversation => conversations[index % length] ?? conversations[0];
  return { text, json, count: length, conversations, at };
}

/** Keeps these draws apart from others that the same seed is used for. */
const SALT = 0x7475726e;

/** How a conversation goes on; the same for an index in every process. */
export interface Pace {
  /** How many turns conversation number `index` may have. */
  turns(index: number): number;
  /** Waits before the turns after the first, in ms. */
  thinkMs(index: number): () => number;
}

const noWait = (): number => 0;

/** @param thinkS in seconds [no wait] */
export function createPace(turns: Spread | 'all', thinkS: Spread | undefined, seed: number): Pace {
  const random = (index: number, stream: number): Random => createRandom(seed ^ SALT, 2 * index + stream);
  return {
    turns(index) {
      if (turns === 'all') return Number.POSITIVE_INFINITY;
      return turns.kind === 'constant' ? Math.round(turns.value) : drawWhole(turns, random(index, 0));
    },
    thinkMs(index) {
      if (thinkS === undefined) return noWait;
      const draws = random(index, 1);
      return () => drawFrom(thinkS, draws) * 1000;
    },
  };
}
