import { finishClassOf } from '../../../common/chat/finish-reasons.js';
import { type JsonRecord, recordOf, stringOf } from '../../../common/json.js';
import type { ChatEvent, ChatResult } from '../chat-types.js';

/** Members that are booleans of some gateways. Numbers and booleans in other members are tokens of Cloudflare. */
const FLAGS = ['reasoning', 'thinking', 'thought', 'is_reasoning', 'is_thinking'];
/** Whether the member is a boolean about the content beside it. */
export function isFlag(delta: JsonRecord, name: string): boolean {
  return typeof delta[name] === 'boolean' && typeof delta.content === 'string' && FLAGS.includes(name);
}

/**
 * Reads booleans beside the content. Some gateways mark reasoning with them. Others repeat a mode in each chunk: then
 * the reasoning has a field of its own, or the whole answer has the mark.
 */
export class ReasoningFlags {
  readonly #result: ChatResult;
  /** Whether the marks only repeat a mode. */
  #mode = false;
  #marked = false;

  constructor(result: ChatResult) {
    this.#result = result;
  }

  /** Returns the kind of the content. @param named whether the delta also has reasoning in a field of its own */
  kindOf(delta: JsonRecord, named: boolean): 'text' | 'reasoning' {
    this.#mode ||= named;
    if (isThought(delta)) return 'reasoning';
    if (this.#mode || !isMarked(delta)) return 'text';
    this.#marked ||= delta.content !== '';
    return 'reasoning';
  }

  /**
   * Returns the event that makes the reasoning the answer, if all of a whole answer had the mark. Call it after the
   * finish reason.
   */
  atEnd(reason: string): ChatEvent | undefined {
    const { text, reasoning, toolCalls } = this.#result;
    if (!this.#marked || text !== '' || toolCalls.length > 0 || finishClassOf(reason) !== 'whole')
      return undefined;
    this.#marked = false;
    this.#mode = true;
    return { type: 'split', reasoning: '', text: reasoning };
  }
}

/** Whether this is one of Gemini's thoughts: no mode has their marks. */
function isThought(delta: JsonRecord): boolean {
  if (delta.thought === true && isFlag(delta, 'thought')) return true;
  // Gemini's compatible API also writes tags around its thoughts, which are read like those of other servers.
  const { thought } = recordOf(recordOf(delta.extra_content).google);
  return thought === true && stringOf(delta.content) !== '' && !/^\s*</.test(stringOf(delta.content));
}

function isMarked(delta: JsonRecord): boolean {
  return FLAGS.some((name) => delta[name] === true && isFlag(delta, name));
}
