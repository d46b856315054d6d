import type { Message } from '../../state/messages.js';
import type { Anchor, Point, Scroll, Selected } from '../../state/view/scroll.js';
import { type Block, type BlockMaker, createBlockMaker } from './block.js';
import type { Row } from './body.js';
import { createHighlighter, plainHighlighter } from './markdown/highlight.js';
import { cellsSelected, inOrder, joinedText, type SelectedRow } from './selection.js';

/** How the conversation is read. */
export interface Reading {
  /** Reasoning is shown in full [false]. */
  reasoning?: boolean;
  /** Answers are shown as they were written [false]. */
  source?: boolean;
}

/** Where one looks from, and how much fits. */
export interface View extends Reading {
  messages: readonly Message[];
  /** Cells of a row. */
  width: number;
  /** Rows. */
  height: number;
  scroll: Scroll;
}

interface Made {
  width: number;
  reasoning: boolean;
  source: boolean;
  make: BlockMaker;
  block: Block;
}

export interface Window {
  rows: readonly Row[];
  /** Rows that came since the reader scrolled away from the end. */
  newRows: number;
  /** The last row is in view. */
  atEnd: boolean;
  /** Where the first row is: the index of its message, its index in that message's block, and how many rows that has. */
  top: { message: number; row: number; of: number };
  /** Of each row: the id of its message, and its index in that message's block. */
  places: readonly RowPlace[];
}

export type RowPlace = Omit<Point, 'column'>;

/**
 * The visible part of a conversation. Messages are wrapped when they come into view and kept; a frame costs
 * the rows it shows and what is new in the last message, however long the conversation is.
 */
export interface Viewport {
  window(view: View): Window;
  /** The conversation's first row at the top. */
  toTop(view: View): Scroll;
  /** `rows` further down (up: negative); undefined when it goes no further there. */
  scrolledBy(view: View, rows: number): Scroll | undefined;
  /** The row of the window that shows this place; undefined when it is not in view. */
  rowOf(view: View, anchor: Anchor): number | undefined;
  /** What is selected, as it is shown; rows that were wrapped are one line again. */
  textOf(view: View, selected: Selected): string;
  /** Where to scroll to for this place; undefined when it is in view. */
  showing(view: View, anchor: Anchor): Scroll | undefined;
  /** Rises when rows made before would now look different. */
  readonly version: number;
  /** Calls `listener` when `version` rises; returns how to stop that. */
  subscribe(listener: () => void): () => void;
}

/** A row of the conversation: its message's index, and its index in that message's block. */
interface Place {
  message: number;
  row: number;
}

/** More messages and rows than any window shows; beyond that the least recently made are made again when needed. */
const MAX_BLOCKS = 256;
const MAX_ROWS = 8000;
/** Kept however long they are: those that a frame looks at. */
const MIN_BLOCKS = 8;

/** What the terminal can show. */
export interface ScreenLook {
  /** Styles; without them, Markdown's marks stay as they were written [true]. */
  styles?: boolean;
  /** Links that it opens (OSC 8) [false]. */
  hyperlinks?: boolean;
  /** Code in answers has colours [false]. */
  highlighting?: boolean;
}

export function createViewport(look: ScreenLook = {}): Viewport {
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

  const blockOf = (message: Message, { width, reasoning = false, source = false }: View): Block => {
    const known = makers.get(message.id);
    const isSame = known?.width === width && known.reasoning === reasoning && known.source === source;
    if (known !== undefined && isSame) {
      // Texts only grow, so that the maker goes on from what it has.
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
    for (const { block } of makers.values()) rows += block.count;
    for (const [id, { block }] of makers) {
      if (makers.size <= MAX_BLOCKS && (rows <= MAX_ROWS || makers.size <= MIN_BLOCKS)) return;
      makers.delete(id);
      rows -= block.count;
    }
  };

  const blockAt = (view: View, index: number): Block | undefined => {
    const message = view.messages[index];
    return message === undefined ? undefined : blockOf(message, view);
  };
  const countAt = (view: View, index: number): number => blockAt(view, index)?.count ?? 0;

  /** The place `steps` rows on from `from`, as far as there are rows. */
  const walk = (view: View, from: Place, steps: number): Place => {
    let { message, row } = from;
    row += steps;
    while (row < 0 && message > 0) {
      message -= 1;
      row += countAt(view, message);
    }
    for (;;) {
      const count = countAt(view, message);
      if (row < count || message >= view.messages.length - 1)
        return { message, row: Math.max(0, Math.min(row, count - 1)) };
      row -= count;
      message += 1;
    }
  };

  const lastPlace = (view: View): Place => {
    const message = Math.max(0, view.messages.length - 1);
    return { message, row: Math.max(0, countAt(view, message) - 1) };
  };

  const placeOf = (view: View, anchor: Anchor): Place => {
    const { messages } = view;
    const message = lastIndex(messages.length, (index) => (messages[index]?.id ?? 0) <= anchor.message);
    const block = blockAt(view, message);
    const row = lastIndex(block?.count ?? 0, (index) => (block?.at(index)?.offset ?? 0) <= anchor.offset);
    return { message, row };
  };

  const anchorOf = (view: View, place: Place): Anchor => ({
    message: view.messages[place.message]?.id ?? 0,
    offset: blockAt(view, place.message)?.at(place.row)?.offset ?? 0,
  });

  /** The last row but the empty one after it, which text that is still to come pushes down. */
  const lastShown = (view: View): Place => {
    const { message, row } = lastPlace(view);
    return { message, row: Math.max(0, row - 1) };
  };

  /** The end as the reader has seen it. */
  const seenIn = (view: View): Anchor =>
    view.scroll.kind === 'held' ? view.scroll.seen : anchorOf(view, lastShown(view));

  /** The top row when the last one is at the bottom, or as far above it as is left free for what comes. */
  const bottomTop = (view: View): Place => {
    const last = lastPlace(view);
    return walk(
      view,
      last,
      1 - view.height + freeRows(view.messages[last.message], last.row + 1, view.height),
    );
  };

  const topOf = (view: View): Place => {
    const lowest = bottomTop(view);
    if (view.scroll.kind === 'follow') return lowest;
    const held = placeOf(view, view.scroll.top);
    return isBefore(lowest, held) ? lowest : held;
  };

  const rowsBetween = (view: View, from: Place, to: Place): number => {
    let rows = to.row - from.row;
    for (let index = from.message; index < to.message; index += 1) rows += countAt(view, index);
    return Math.max(0, rows);
  };

  const rowOf = (view: View, anchor: Anchor): number | undefined => {
    const top = topOf(view);
    const place = placeOf(view, anchor);
    if (isBefore(place, top)) return undefined;
    const row = rowsBetween(view, top, place);
    return row < view.height ? row : undefined;
  };

  return {
    window(view) {
      const { messages, height, scroll } = view;
      const rows: Row[] = [];
      const places: RowPlace[] = [];
      const top = topOf(view);
      let { message, row } = top;
      while (rows.length < height && message < messages.length) {
        const next = blockAt(view, message)?.at(row);
        if (next === undefined) {
          message += 1;
          row = 0;
        } else {
          rows.push(next);
          places.push({ message: messages[message]?.id ?? 0, row });
          row += 1;
        }
      }
      const atEnd = !isBefore(top, bottomTop(view));
      const newRows =
        scroll.kind === 'follow' ? 0 : rowsBetween(view, placeOf(view, scroll.seen), lastShown(view));
      return { rows, newRows, atEnd, top: { ...top, of: countAt(view, top.message) }, places };
    },
    rowOf,
    showing(view, anchor) {
      if (rowOf(view, anchor) !== undefined) return undefined;
      const top = walk(view, placeOf(view, anchor), -Math.floor(view.height / 3));
      return { kind: 'held', top: anchorOf(view, top), seen: seenIn(view) };
    },
    textOf(view, selected) {
      const [first, last] = inOrder(selected);
      const pieces: SelectedRow[] = [];
      for (const [index, message] of view.messages.entries()) {
        if (message.id < first.message || message.id > last.message) continue;
        const block = blockAt(view, index);
        const from = message.id === first.message ? first.row : 0;
        const to = message.id === last.message ? last.row : (block?.count ?? 0) - 1;
        for (let row = from; row <= to; row += 1) {
          const found = block?.at(row);
          if (found === undefined) continue;
          const cells = cellsSelected(selected, { message: message.id, row });
          if (cells !== undefined) pieces.push({ message, row: found, ...cells });
        }
      }
      return joinedText(pieces);
    },
    toTop(view) {
      return { kind: 'held', top: anchorOf(view, { message: 0, row: 0 }), seen: seenIn(view) };
    },
    scrolledBy(view, steps) {
      const top = topOf(view);
      const next = walk(view, top, steps);
      if (steps > 0 && !isBefore(next, bottomTop(view))) {
        return view.scroll.kind === 'follow' ? undefined : { kind: 'follow' };
      }
      if (next.message === top.message && next.row === top.row) return undefined;
      return { kind: 'held', top: anchorOf(view, next), seen: seenIn(view) };
    },
    get version() {
      return version;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** A window of this many rows scrolls one row at a time; one of twice as many by two. */
const ROWS_PER_STEP = 8;
const MAX_STEP = 5;

/**
 * Rows left free below an answer: it scrolls by a few rows at once, as each scroll draws the whole window again.
 * It depends only on the answer's rows, so that nothing moves when the answer ends.
 */
function freeRows(last: Message | undefined, rows: number, height: number): number {
  if (last?.role !== 'assistant') return 0;
  const step = Math.min(MAX_STEP, Math.max(1, Math.floor(height / ROWS_PER_STEP)));
  return (step - (rows % step)) % step;
}

/** The last index for which `holds`, which it does from 0 up to there; 0 when for none. */
function lastIndex(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function isBefore(a: Place, b: Place): boolean {
  return a.message < b.message || (a.message === b.message && a.row < b.row);
}
