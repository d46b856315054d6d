import { isRecord, type JsonRecord, recordOf } from '../../../common/json.js';
import type { ChatResult } from '../chat-types.js';
import { hasContent } from './call-forms.js';
import { REASONING } from './reasoning-names.js';

/** Members of a delta that contain output. */
const OUTPUT: ReadonlySet<string> = new Set([
  ...REASONING,
  'reasoning_details',
  'content',
  'text',
  'parts',
  'refusal',
  'tool_calls',
  'tool_call',
  'toolCalls',
  'function_call',
]);

/** Decides which choice of an answer is read. Only one is. */
export class ChosenChoice {
  /** Whether the chosen choice has had output. The reader sets it. */
  settled = false;
  readonly #result: ChatResult;
  /** The index of the choice that is read, which is the lowest index before the first output. */
  #chosen: number | undefined;
  /** The indexes of other choices. */
  #others: Set<number> | undefined;
  /** The indexes of choices with output that are not read. */
  #unread: Set<number> | undefined;

  constructor(result: ChatResult) {
    this.#result = result;
  }

  /** The number of choices with output that are not read. */
  get unread(): number {
    return this.#unread?.size ?? 0;
  }

  /** Chooses the choice with index 0. Returns false when another one was chosen before. */
  chooseFirst(): boolean {
    if ((this.#chosen ?? 0) !== 0) return false;
    this.#chosen = 0;
    return true;
  }

  /** Whether this is a part of the chosen choice. */
  includes(choice: JsonRecord): boolean {
    return indexOf(choice) === this.#chosen;
  }

  /** Returns the choice of a chunk that is read; undefined without one. */
  of(choices: readonly unknown[]): JsonRecord | undefined {
    let found: JsonRecord | undefined;
    const [only] = choices;
    if (choices.length === 1 && isRecord(only) && this.#isBlock(only)) return only;
    for (const one of choices) {
      if (!isRecord(one)) continue;
      const index = indexOf(one);
      const chosen = this.#chosen;
      if (index !== chosen && chosen !== undefined && hasOutput(recordOf(one.delta ?? one.message))) {
        this.#unread ??= new Set();
        this.#unread.add(index);
      }
      // The first choice need not have index 0: some servers count from 1.
      const isLower = chosen === undefined || (index < chosen && !this.settled);
      if (isLower || (index === chosen && found === undefined)) {
        this.#chosen = index;
        found = one;
      }
    }
    return found;
  }

  /** Whether this is a part of the answer under another index: LiteLLM uses the index of Anthropic's content block. */
  #isBlock(choice: JsonRecord): boolean {
    const delta = recordOf(choice.delta);
    const index = indexOf(choice);
    if (hasContent(delta.tool_calls)) return true;
    if (this.#chosen === undefined || index === this.#chosen || this.#others?.has(index) === true)
      return false;
    if (!hasOutput(delta)) return this.settled;
    const { reasoning, text, toolCalls } = this.#result;
    const follows = reasoning !== '' && text === '' && toolCalls.length === 0 && hasContent(delta.content);
    if (follows) this.#chosen = index;
    else if (this.settled) {
      this.#others ??= new Set();
      this.#others.add(index);
    }
    return follows;
  }
}

/** Whether a delta or message contains output. */
export function hasOutput(delta: JsonRecord): boolean {
  for (const name in delta)
    if (OUTPUT.has(name) && delta[name] !== '' && hasContent(delta[name])) return true;
  return false;
}

function indexOf({ index }: JsonRecord): number {
  const number = Number(index ?? 0);
  return Number.isSafeInteger(number) ? number : 0;
}
