import { isRecord, type JsonRecord, stringOf } from '../json.js';
import type { Carried } from './chat-types.js';

/** Collects what a provider wants back with the tool calls of its answer. */
export interface CarriedParts {
  /** What the answer carries so far; undefined when that is nothing. */
  readonly carried: Carried | undefined;
  /** Reads a chat completion's message or a piece of one. */
  message(delta: JsonRecord): void;
  /** Reads the call at `index`, whole or in a piece. */
  call(index: number, call: JsonRecord): void;
  /** A block of thinking begins, in Anthropic's form. */
  block(index: unknown, block: JsonRecord): void;
  /** The block at `index` goes on. */
  piece(index: unknown, delta: JsonRecord): void;
}

/**
 * Providers refuse the results of calls when the message with the calls lacks what came with it: DeepSeek and Moonshot
 * the `reasoning_content`, OpenRouter the `reasoning_details`, Gemini the `extra_content` of a call, Anthropic the blocks
 * of thinking with their signatures.
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
  /** Adds a piece's texts to those of the part before it; all else replaces. */
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
      // Counted with the answer's reasoning, which is the same text.
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

/** A part of the reasoning, as the provider writes it. */
type Part = Record<string, unknown>;

const GROWING = new Set(['text', 'summary', 'data', 'thinking', 'signature']);
