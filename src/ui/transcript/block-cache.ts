import type { Message } from '../../state/messages.js';
import { type Block, type BlockMaker, createBlockMaker } from './block.js';
import { createHighlighter, plainHighlighter } from './markdown/highlight.js';

/** How answers are shown. */
export interface Reading {
  /** Reasoning is shown in full [false]. */
  reasoning?: boolean;
  /** Answers are shown as Markdown source [false]. */
  source?: boolean;
}

/** How answers are shown, and the width of a row in cells. */
export interface Form extends Reading {
  width: number;
}

/** The latest blocks of a conversation. Their number is limited, however long it is. */
export interface BlockCache {
  /** Returns the block of a message. It is made again when the message or the way it is shown has changed. */
  of(message: Message, form: Form): Block;
  /** Increases when existing blocks would now look different. */
  readonly version: number;
  /** Calls `listener` when `version` increases; returns a function that unsubscribes. */
  subscribe(listener: () => void): () => void;
}

interface Made {
  width: number;
  reasoning: boolean;
  source: boolean;
  make: BlockMaker;
  block: Block;
}

/** Cache limits, above the needs of a window. The least recently made blocks are dropped and made again when needed. */
const MAX_BLOCKS = 256;
const MAX_ROWS = 8000;
/** At least this many blocks, which a frame may need, stay cached, even when they are long. */
const MIN_BLOCKS = 8;

/** The terminal's abilities. */
export interface ScreenLook {
  /** Whether the terminal shows styles. Without them, Markdown's marks stay visible [true]. */
  styles?: boolean;
  /** Whether the terminal opens links (OSC 8) [false]. */
  hyperlinks?: boolean;
  /** Whether code in answers has colours [false]. */
  highlighting?: boolean;
}

export function createBlockCache(look: ScreenLook): BlockCache {
  const makers = new Map<number, Made>();
  const listeners = new Set<() => void>();
  let version = 0;
  const highlighter = look.highlighting
    ? createHighlighter(() => {
        version += 1;
        makers.clear();
        for (const listener of listeners) listener();
      })
    : plainHighlighter;

  const of = (message: Message, { width, reasoning = false, source = false }: Form): Block => {
    const known = makers.get(message.id);
    const isSame = known?.width === width && known.reasoning === reasoning && known.source === source;
    if (known !== undefined && isSame) {
      // Texts only grow, so the maker can continue from its last state.
      if (known.block.message !== message) known.block = known.make(message);
      return known.block;
    }
    const make = createBlockMaker(message, { ...look, width, highlighter, reasoning, source });
    const block = make(message);
    makers.delete(message.id);
    makers.set(message.id, { width, reasoning, source, make, block });
    forgetOldest();
    return block;
  };

  const forgetOldest = (): void => {
    let rows = 0;
    for (const { block } of makers.values()) rows += block.counted;
    for (const [id, { block }] of makers) {
      if (makers.size <= MAX_BLOCKS && (rows <= MAX_ROWS || makers.size <= MIN_BLOCKS)) return;
      makers.delete(id);
      rows -= block.counted;
    }
  };

  return {
    of,
    get version() {
      return version;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
