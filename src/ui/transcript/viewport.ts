import type { Message } from '../../state/messages.js';
import type { Anchor, Scroll, Selected } from '../../state/view/scroll.js';
import { createBlockCache, type ScreenLook } from './block-cache.js';
import type { Row } from './body.js';
import { createPositions, isBefore, type RowPosition, type Shown, START } from './positions.js';
import { cellsSelected, inOrder, joinedText, type RowPlace, type SelectedRow } from './selection.js';

/** The messages, the scroll position and the window's size. */
export interface View extends Shown {
  /** The number of rows. */
  height: number;
  scroll: Scroll;
}

export interface Window {
  rows: readonly Row[];
  /** The number of rows added since the user scrolled away from the end; about that many after a change of the width. */
  newRows: number;
  /** The last row is in view. */
  atEnd: boolean;
  /** The first row: its message's index, and whether it is the first or the last row of that message's block. */
  top: { message: number; edge: 'first' | 'last' | undefined };
  /** For each row, the id of its message and its place in that message's block. */
  places: readonly RowPlace[];
}

/**
 * The visible part of a conversation. It lays out messages, and parts of long ones, when they come into view, and caches
 * them. The cost of a frame depends on its rows and on the new text of the last message, not on the length of the
 * conversation.
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

export function createViewport(look: ScreenLook = {}): Viewport {
  const blocks = createBlockCache(look);
  const { blockAt, rowsAt, nextPart, walk, last, placeOf, anchorOf, edgeOf, between } =
    createPositions(blocks);

  /** Returns the last row before the final empty row. New text pushes the empty row down. */
  const lastShown = (view: View): RowPosition => walk(view, last(view), -1);

  /** Returns the place at which the conversation ended when the user scrolled away from the end. */
  const seenIn = (view: View): Anchor => {
    if (view.scroll.kind === 'held') return view.scroll.seen;
    const place = lastShown(view);
    const { message, offset } = anchorOf(view, place);
    const text = view.messages[place.message]?.text ?? '';
    // In a narrower window the text's last row may become several, of which none is new.
    const end = offset > text.length ? offset : text.trimEnd().length - 1;
    return { message, offset: Math.max(offset, end) };
  };

  /** Returns the top row when the last row is at the bottom, less the rows left free for new text. */
  const bottomTop = (view: View): RowPosition => {
    const end = last(view);
    const rows = blockAt(view, end.message)?.counted ?? 0;
    return walk(view, end, 1 - view.height + freeRows(view.messages[end.message], rows, view.height));
  };

  const topOf = (view: View): RowPosition => {
    const lowest = bottomTop(view);
    if (view.scroll.kind === 'follow') return lowest;
    const held = placeOf(view, view.scroll.top);
    return isBefore(lowest, held) ? lowest : held;
  };

  const rowOf = (view: View, anchor: Anchor): number | undefined => {
    const top = topOf(view);
    const place = placeOf(view, anchor);
    if (isBefore(place, top) || isBefore(walk(view, top, view.height - 1), place)) return undefined;
    return between(view, top, place);
  };

  return {
    window(view) {
      const { messages, height, scroll } = view;
      const rows: Row[] = [];
      const places: RowPlace[] = [];
      const top = topOf(view);
      let at: RowPosition | undefined = top;
      while (at !== undefined && rows.length < height) {
        const { message, part, row } = at;
        const next: Row | undefined = rowsAt(view, at)[row];
        if (next === undefined) at = nextPart(view, at);
        else {
          rows.push(next);
          places.push({ message: messages[message]?.id ?? 0, part, row });
          at = { message, part, row: row + 1 };
        }
      }
      const atEnd = !isBefore(top, bottomTop(view));
      const newRows =
        scroll.kind === 'follow' ? 0 : between(view, placeOf(view, scroll.seen), lastShown(view));
      return { rows, newRows, atEnd, top: { message: top.message, edge: edgeOf(view, top) }, places };
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
        const from = message.id === first.message ? first.part : 0;
        const to = message.id === last.message ? last.part : (block?.parts ?? 0) - 1;
        for (let part = from; part <= to; part += 1) {
          for (const [row, found] of (block?.part(part).rows ?? []).entries()) {
            const cells = cellsSelected(selected, { message: message.id, part, row });
            if (cells !== undefined) pieces.push({ row: found, ...cells });
          }
        }
      }
      return joinedText(pieces);
    },
    toTop(view) {
      return { kind: 'held', top: anchorOf(view, START), seen: seenIn(view) };
    },
    scrolledBy(view, steps) {
      const top = topOf(view);
      const next = walk(view, top, steps);
      if (steps > 0 && !isBefore(next, bottomTop(view))) {
        return view.scroll.kind === 'follow' ? undefined : { kind: 'follow' };
      }
      if (!isBefore(next, top) && !isBefore(top, next)) return undefined;
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
