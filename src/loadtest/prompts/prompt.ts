import { createRandom, type Random } from '../../common/random.js';
import type { ChatMessage } from '../../connector/messages.js';
import { drawFrom, drawWhole, type Spread } from './spread.js';

/** One request of a conversation. */
export interface Turn {
  /** Messages that the turn adds before the answer, usually a question. */
  readonly messages: readonly ChatMessage[];
  /** The recorded answer. */
  readonly recorded?: readonly ChatMessage[];
  /** Largest number of tokens of the answer. */
  readonly maxTokens?: number;
  /** Further members of the request's body. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Wait before the question, in ms, unless the test sets one. */
  readonly delayMs?: number;
  /** Instead of a wait: when the question is due, in ms since the first question. */
  readonly afterMs?: number;
  /** `messages` are those of the whole request, including the history. */
  readonly whole?: boolean;
}

/** The turns of a conversation. Most conversations of a test have one turn. */
export type Conversation = readonly [Turn, ...Turn[]];

/** The source of a test's prompts. It returns the same conversation for an index in every process. */
export interface PromptSource {
  /** Description for the user, e.g. `120 from questions.jsonl (prompt)`. */
  readonly text: string;
  /** Description for the JSON report. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Number of different conversations; undefined when each index has a different one. */
  readonly count?: number;
  at(index: number): Conversation;
  /** All conversations, when they come from a file. */
  readonly conversations?: readonly Conversation[];
}

/** Uses the conversations one after another, and begins again after the last one. */
export function cyclePrompts(
  conversations: readonly [Conversation, ...Conversation[]],
  description: Pick<PromptSource, 'text' | 'json'>,
): PromptSource {
  const { length } = conversations;
  const { text, json } = description;
  const at = (index: number): Conversation => conversations[index % length] ?? conversations[0];
  return { text, json, count: length, conversations, at };
}

/** Makes these draws independent of others with the same seed. */
const SALT = 0x7475726e;

/** Number of turns and think times of conversations. Equal for an index in every process. */
export interface Pace {
  /** Largest number of turns of conversation number `index`. */
  turns(index: number): number;
  /** Returns a function that draws the wait before each later turn, in ms. `sinceMs`: time since the first question */
  thinkMs(index: number): (turn: Turn, sinceMs: number) => number;
}

/** @param thinkS think time in seconds [that of the conversation, or no wait] */
export function createPace(turns: Spread | 'all', thinkS: Spread | undefined, seed: number): Pace {
  const random = (index: number, stream: number): Random => createRandom(seed ^ SALT, 2 * index + stream);
  return {
    turns(index) {
      if (turns === 'all') return Number.POSITIVE_INFINITY;
      return turns.kind === 'constant' ? Math.round(turns.value) : drawWhole(turns, random(index, 0));
    },
    thinkMs(index) {
      if (thinkS === undefined)
        return ({ delayMs = 0, afterMs }, sinceMs) =>
          afterMs === undefined ? delayMs : Math.max(0, afterMs - sinceMs);
      const draws = random(index, 1);
      return () => drawFrom(thinkS, draws) * 1000;
    },
  };
}
