import type { Message } from '../../state/messages.js';
import type { Anchor, Point, Scroll, Selected } from '../../state/view/scroll.js';
import type { Block } from './block.js';
import { createBlockCache, type Form, type ScreenLook } from './block-cache.js';
import type { Row } from './body.js';
import { cellsSelected, inOrder, joinedText, type SelectedRow } from './selection.js';

/** The messages, the scroll position and the window's size. */
export interface View extends Form {
  messages: readonly Message[];
  /** The number of rows. */
  height: number;
  scroll: Scroll;
}

export interface Window {
  rows: readonly Row[];
  /** The number of rows added since the user scrolled away from the end. */
  newRows: number;
  /** The last row is in view. */
  atEnd: boolean;
  /** The first row: its message's index, its index in that message's block, and the block's number of rows. */
  top: { message: number; row: number; of: number };
  /** For each row, the id of its message and its index in that message's block. */
  places: readonly RowPlace[];
}

type RowPlace = Omit<Point, 'column'>;

/**
 * The visible part of a conversation. It wraps messages when they come into view and caches them. The cost of a frame
 * depends on its rows and on the new text of the last message, not on the length of the conversation.
 */
export interface Viewport {
  window(view: View): Window;
  /** Returns the scroll position at the conversation's start. */
  toTop(view: View): Scroll;
  /** Returns the position `rows` further down (up if negative); undefined when that direction is at its end. */
  scrolledBy(view: View, rows: number): Scroll | undefined;
  /** Returns the row of the window that shows this place; undefined when it is not in view. */
  rowOf(view: View, anchor: Anchor): number | undefined;
  /** Returns the selection as shown text, with wrapped rows joined. */
  textOf(view: View, selected: Selected): string;
  /** Returns the position that shows this place; undefined when it is already in view. */
  showing(view: View, anchor: Anchor): Scroll | undefined;
  /** Increases when earlier rows would now look different. */
  readonly version: number;
  /** Calls `listener` when `version` increases; returns a function that unsubscribes. */
  subscribe(listener: () => void): () => void;
}

/** A row of the conversation: its message's index, and its index in that message's block. */
interface RowPosition {
  message: number;
  row: number;
}

export function createViewport(look: ScreenLook = {}): Viewport {
  const blocks = createBlockCache(look);

  const blockAt = (view: View, index: number): Block | undefined => {
    const message = view.messages[index];
    return message === undefined ? undefined : blocks.of(message, view);
  };
  const countAt = (view: View, index: number): number => blockAt(view, index)?.count ?? 0;

  /** Returns the place `steps` rows after `from`, clamped to the conversation. */
  const walk = (view: View, from: RowPosition, steps: number): RowPosition => {
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

  const lastPlace = (view: View): RowPosition => {
    const message = Math.max(0, view.messages.length - 1);
    return { message, row: Math.max(0, countAt(view, message) - 1) };
  };

  const placeOf = (view: View, anchor: Anchor): RowPosition => {
    const { messages } = view;
    const message = lastIndex(messages.length, (index) => (messages[index]?.id ?? 0) <= anchor.message);
    const block = blockAt(view, message);
    const row = lastIndex(block?.count ?? 0, (index) => (block?.at(index)?.offset ?? 0) <= anchor.offset);
    return { message, row };
  };

  const anchorOf = (view: View, place: RowPosition): Anchor => ({
    message: view.messages[place.message]?.id ?? 0,
    offset: blockAt(view, place.message)?.at(place.row)?.offset ?? 0,
  });

  /** Returns the last row before the final empty row. New text pushes the empty row down. */
  const lastShown = (view: View): RowPosition => {
    const { message, row } = lastPlace(view);
    return { message, row: Math.max(0, row - 1) };
  };

  /** Returns the row that was last when the user scrolled away from the end. */
  const seenIn = (view: View): Anchor =>
    view.scroll.kind === 'held' ? view.scroll.seen : anchorOf(view, lastShown(view));

  /** Returns the top row when the last row is at the bottom, less the rows left free for new text. */
  const bottomTop = (view: View): RowPosition => {
    const last = lastPlace(view);
    return walk(
      view,
      last,
      1 - view.height + freeRows(view.messages[last.message], last.row + 1, view.height),
    );
  };

  const topOf = (view: View): RowPosition => {
    const lowest = bottomTop(view);
    if (view.scroll.kind === 'follow') return lowest;
    const held = placeOf(view, view.scroll.top);
    return isBefore(lowest, held) ? lowest : held;
  };

  const rowsBetween = (view: View, from: RowPosition, to: RowPosition): number => {
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
          if (cells !== undefined) pieces.push({ row: found, ...cells });
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
      return blocks.version;
    },
    subscribe: blocks.subscribe,
  };
}

/**
 * A growing answer scrolls a window of this many rows by one row at a time. A window of twice the height scrolls by two
 * rows.
 */
const ROWS_PER_STEP = 8;
const MAX_STEP = 5;

/**
 * Returns the rows left free below an answer. A growing answer scrolls by several rows at once, because each scroll
 * repaints the window. The number only depends on the answer's rows, so nothing moves when the answer ends.
 */
function freeRows(last: Message | undefined, rows: number, height: number): number {
  if (last?.role !== 'assistant') return 0;
  const step = Math.min(MAX_STEP, Math.max(1, Math.floor(height / ROWS_PER_STEP)));
  return (step - (rows % step)) % step;
}

/** Finds by binary search the last index with `holds`, which must be true up to there; 0 if it never is. */
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

function isBefore(a: RowPosition, b: RowPosition): boolean {
  return a.message < b.message || (a.message === b.message && a.row < b.row);
}
