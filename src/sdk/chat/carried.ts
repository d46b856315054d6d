import { isRecord, type JsonRecord, stringOf } from '../../common/json.js';
import type { Carried } from './chat-types.js';

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
  let reasoning = '';
  const details: Part[] = [];
  const blocks: Part[] = [];
  const byIndex = new Map<unknown, Part>();
  const calls: Record<number, unknown> = {};

  const counted = <T>(value: T): T => {
    count(JSON.stringify(value).length);
    return value;
  };
  /** Appends the texts of a delta to the part. Other members are replaced. */
  const grow = (part: Part, piece: JsonRecord): void => {
    for (const [name, value] of Object.entries(counted(piece))) {
      const before = part[name];
      part[name] = GROWING.has(name) && typeof before === 'string' ? before + stringOf(value) : value;
    }
  };

  return {
    get carried() {
      const message = {
        ...(reasoning !== '' && { reasoning_content: reasoning }),
        ...(details.length > 0 && { reasoning_details: details }),
        ...(blocks.length > 0 && { thinking_blocks: blocks }),
      };
      if (Object.keys(message).length + Object.keys(calls).length === 0) return undefined;
      return { message, calls };
    },
    message({ reasoning_content: text, reasoning_details: parts }) {
      // Not counted here: the same text is counted as the answer's reasoning.
      reasoning += stringOf(text);
      if (!Array.isArray(parts)) return;
      for (const part of parts.filter(isRecord)) {
        const last = details.at(-1);
        if (last !== undefined && last.index === part.index && last.type === part.type) grow(last, part);
        else details.push({ ...counted(part) });
      }
    },
    call(index, { extra_content: extra }) {
      if (extra !== undefined && extra !== null) calls[index] = counted(extra);
    },
    block(index, block) {
      if (block.type !== 'thinking' && block.type !== 'redacted_thinking') return;
      const kept = { ...counted(block) };
      blocks.push(kept);
      byIndex.set(index, kept);
    },
    piece(index, { thinking, signature }) {
      const block = byIndex.get(index);
      if (block === undefined) return;
      if (typeof thinking === 'string') grow(block, { thinking });
      if (typeof signature === 'string') grow(block, { signature });
    },
  };
}

/** A part of the reasoning, in the provider's format. */
type Part = Record<string, unknown>;

const GROWING = new Set(['text', 'summary', 'data', 'thinking', 'signature']);
