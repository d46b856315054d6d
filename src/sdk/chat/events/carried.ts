import type { Carried } from '../../../common/chat/carried.js';
import { isRecord, type JsonRecord, stringOf } from '../../../common/json.js';

/** Collects the parts of an answer that the provider demands back with the results of its tool calls. */
export interface CarriedParts {
  /** The parts collected so far; undefined when there are none. */
  readonly carried: Carried | undefined;
  /** Reads the message of a chat completion, or a delta of it. */
  message(delta: JsonRecord): void;
  /** Reads the tool call at `index`, or a delta of it. */
  call(index: number, call: JsonRecord): void;
  /** Reads the start of a content block, in Anthropic's format. */
  block(index: unknown, block: JsonRecord): void;
  /** Forgets all parts: the answer begins again. */
  clear(): void;
  /** Reads a delta of the block at `index`. */
  piece(index: unknown, delta: JsonRecord): void;
}

/**
 * Providers refuse tool results when the message with the calls lacks certain members that they sent with it.
 * - DeepSeek and Moonshot: `reasoning_content`
 * - OpenRouter: `reasoning_details`
 * - Gemini: the `extra_content` of a call
 * - Anthropic: the thinking blocks with their signatures
 * @param count called with the number of characters that are kept
 */
export function createCarriedParts(count: (chars: number) => void): CarriedParts {
  return new Collected(count);
}

/** A class for the reason given at `ReadAnswer`. Most answers have no such parts, so the lists are created on demand. */
class Collected implements CarriedParts {
  readonly #count: (chars: number) => void;
  #reasoning = '';
  #details: Part[] | undefined;
  #blocks: Part[] | undefined;
  #byIndex: Map<unknown, Part> | undefined;
  #calls: Record<number, unknown> | undefined;

  constructor(count: (chars: number) => void) {
    this.#count = count;
  }

  get carried(): Carried | undefined {
    // The common case, without an object.
    if (this.#reasoning === '' && !this.#details && !this.#blocks && !this.#calls) return undefined;
    const message = {
      ...(this.#reasoning !== '' && { reasoning_content: this.#reasoning }),
      ...(this.#details !== undefined && { reasoning_details: this.#details }),
      ...(this.#blocks !== undefined && { thinking_blocks: this.#blocks }),
    };
    return { message, calls: this.#calls ?? {} };
  }

  message({ reasoning_content: text, reasoning_details: parts }: JsonRecord): void {
    // Not counted here: the same text is counted as the answer's reasoning.
    this.#reasoning += stringOf(text);
    if (!Array.isArray(parts)) return;
    for (const part of parts.filter(isRecord)) {
      this.#details ??= [];
      const last = this.#details.at(-1);
      if (last !== undefined && last.index === part.index && last.type === part.type) this.#grow(last, part);
      else this.#details.push({ ...this.#counted(part) });
    }
  }

  call(index: number, { extra_content: extra }: JsonRecord): void {
    if (extra === undefined || extra === null) return;
    this.#calls ??= {};
    this.#calls[index] = this.#counted(extra);
  }

  block(index: unknown, block: JsonRecord): void {
    if (block.type !== 'thinking' && block.type !== 'redacted_thinking') return;
    const kept = { ...this.#counted(block) };
    this.#blocks ??= [];
    this.#blocks.push(kept);
    this.#byIndex ??= new Map();
    this.#byIndex.set(index, kept);
  }

  clear(): void {
    this.#reasoning = '';
    this.#details = undefined;
    this.#blocks = undefined;
    this.#byIndex = undefined;
    this.#calls = undefined;
  }

  piece(index: unknown, { thinking, signature }: JsonRecord): void {
    const block = this.#byIndex?.get(index);
    if (block === undefined) return;
    if (typeof thinking === 'string') this.#grow(block, { thinking });
    if (typeof signature === 'string') this.#grow(block, { signature });
  }

  #counted<T>(value: T): T {
    this.#count(JSON.stringify(value).length);
    return value;
  }

  /** Appends the texts of a delta to the part. Other members are replaced. */
  #grow(part: Part, piece: JsonRecord): void {
    for (const [name, value] of Object.entries(this.#counted(piece))) {
      const before = part[name];
      part[name] = GROWING.has(name) && typeof before === 'string' ? before + stringOf(value) : value;
    }
  }
}

/** A part of the reasoning, in the provider's format. */
type Part = Record<string, unknown>;

const GROWING = new Set(['text', 'summary', 'data', 'thinking', 'signature']);
