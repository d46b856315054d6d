import type { ChatEvent, ChatResult } from '../chat-types.js';
import type { TagTarget } from './thinking-tags.js';

/** The part of an answer that the reader of tags writes to. A class for the reason given at `ReadAnswer`. */
export class TaggedText implements TagTarget {
  readonly #result: ChatResult;
  readonly #report: (event: ChatEvent) => void;
  /** The reasoning between tags so far, as long as it only repeats the reasoning of a separate field (MiniMax). */
  #repeated: string | undefined = '';

  constructor(result: ChatResult, report: (event: ChatEvent) => void) {
    this.#result = result;
    this.#report = report;
  }

  get text(): string {
    return this.#result.text;
  }

  emit(type: 'text' | 'reasoning', text: string): void {
    if (type !== 'reasoning' || !this.#isRepeated(text)) this.#report({ type, text });
  }

  split(thought: string, text: string): void {
    const { reasoning } = this.#result;
    // Some servers also send a part of the reasoning, or all of it, in a field. Don't add that part again.
    const known = reasoning.trim().endsWith(thought.trim());
    this.#report({ type: 'split', reasoning: known ? reasoning : reasoning + thought, text });
  }

  #isRepeated(text: string): boolean {
    if (this.#repeated === undefined) return false;
    this.#repeated += text;
    const { reasoning } = this.#result;
    if (reasoning !== '' && reasoning.trimStart().startsWith(this.#repeated.trimStart())) return true;
    this.#repeated = undefined;
    return false;
  }
}
