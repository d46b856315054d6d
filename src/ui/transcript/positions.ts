import type { Message } from '../../state/messages.js';
import type { Anchor } from '../../state/view/scroll.js';
import type { Block } from './block.js';
import type { BlockCache, Form } from './block-cache.js';
import type { Part, Row } from './body.js';

/** A conversation of this width. */
export interface Shown extends Form {
  messages: readonly Message[];
}

/** A row of the conversation: its message's index, the index of a part of its block, and its index in the part. */
export interface RowPosition {
  message: number;
  part: number;
  row: number;
}

/** The conversation's first row. */
export const START: RowPosition = { message: 0, part: 0, row: 0 };

/** Finds rows of a conversation. It only lays out the parts whose rows it passes. */
export interface Positions {
  blockAt(view: Shown, index: number): Block | undefined;
  /** Returns the rows of the position's part. */
  rowsAt(view: Shown, position: RowPosition): readonly Row[];
  /** Returns the first row of the next part; undefined after the last part. */
  nextPart(view: Shown, position: RowPosition): RowPosition | undefined;
  /** Returns the place `steps` rows after `from`, clamped to the conversation. */
  walk(view: Shown, from: RowPosition, steps: number): RowPosition;
  /** Returns the last row. */
  last(view: Shown): RowPosition;
  placeOf(view: Shown, anchor: Anchor): RowPosition;
  anchorOf(view: Shown, place: RowPosition): Anchor;
  /** Returns whether a row is the first or the last one of its message's block. */
  edgeOf(view: Shown, place: RowPosition): 'first' | 'last' | undefined;
  /** Returns the number of rows from one place to a later one. Parts that are not laid out count with their estimates. */
  between(view: Shown, from: RowPosition, to: RowPosition): number;
}

export function createPositions(blocks: BlockCache): Positions {
  const blockAt = (view: Shown, index: number): Block | undefined => {
    const message = view.messages[index];
    return message === undefined ? undefined : blocks.of(message, view);
  };
  const partAt = (view: Shown, { message, part }: RowPosition): Part | undefined =>
    blockAt(view, message)?.part(part);
  const rowsAt = (view: Shown, position: RowPosition): readonly Row[] => partAt(view, position)?.rows ?? [];

  const nextPart = (view: Shown, { message, part }: RowPosition): RowPosition | undefined => {
    if (part + 1 < (blockAt(view, message)?.parts ?? 0)) return { message, part: part + 1, row: 0 };
    return message + 1 < view.messages.length ? { message: message + 1, part: 0, row: 0 } : undefined;
  };
  /** Returns the first row of the previous part; undefined before the first part. */
  const previousPart = (view: Shown, { message, part }: RowPosition): RowPosition | undefined => {
    if (part > 0) return { message, part: part - 1, row: 0 };
    const parts = message > 0 ? (blockAt(view, message - 1)?.parts ?? 0) : 0;
    return parts > 0 ? { message: message - 1, part: parts - 1, row: 0 } : undefined;
  };

  const walk = (view: Shown, from: RowPosition, steps: number): RowPosition => {
    let at = from;
    let row = from.row + steps;
    while (row < 0) {
      const previous = previousPart(view, at);
      if (previous === undefined) return { ...at, row: 0 };
      at = previous;
      row += rowsAt(view, at).length;
    }
    for (;;) {
      const count = rowsAt(view, at).length;
      const next = row < count ? undefined : nextPart(view, at);
      if (next === undefined) return { ...at, row: Math.max(0, Math.min(row, count - 1)) };
      at = next;
      row -= count;
    }
  };

  const last = (view: Shown): RowPosition => {
    const message = view.messages.length - 1;
    const block = blockAt(view, message);
    if (block === undefined) return START;
    const part = block.parts - 1;
    return { message, part, row: block.part(part).rows.length - 1 };
  };

  const placeOf = (view: Shown, anchor: Anchor): RowPosition => {
    const { messages } = view;
    const message = lastIndex(messages.length, (index) => (messages[index]?.id ?? 0) <= anchor.message);
    const block = blockAt(view, message);
    if (block === undefined) return START;
    const part = lastIndex(block.parts, (index) => block.part(index).from <= anchor.offset);
    const { rows } = block.part(part);
    const row = lastIndex(rows.length, (index) => (rows[index]?.offset ?? 0) <= anchor.offset);
    // A part can be empty.
    return walk(view, { message, part, row }, 0);
  };

  const anchorOf = (view: Shown, place: RowPosition): Anchor => ({
    message: view.messages[place.message]?.id ?? 0,
    offset: rowsAt(view, place)[place.row]?.offset ?? 0,
  });

  const edgeOf = (view: Shown, { message, part, row }: RowPosition): 'first' | 'last' | undefined => {
    if (part === 0 && row === 0) return 'first';
    const block = blockAt(view, message);
    const isLast = part + 1 === block?.parts && row + 1 === block.part(part).rows.length;
    return isLast ? 'last' : undefined;
  };

  const between = (view: Shown, from: RowPosition, to: RowPosition): number => {
    if (!isBefore(from, to)) return 0;
    let rows = to.row - from.row;
    let at: RowPosition | undefined = from;
    while (at !== undefined && (at.message !== to.message || at.part !== to.part)) {
      rows += partAt(view, at)?.count ?? 0;
      at = nextPart(view, at);
    }
    return rows;
  };

  return { blockAt, rowsAt, nextPart, walk, last, placeOf, anchorOf, edgeOf, between };
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

export function isBefore(a: RowPosition, b: RowPosition): boolean {
  return (a.message - b.message || a.part - b.part || a.row - b.row) < 0;
}
