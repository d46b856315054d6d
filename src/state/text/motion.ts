import { cellWidth, nextBoundary, previousBoundary } from './graphemes.js';
import { type Piece, wrapLine } from './wrap.js';

/** One row of the draft as shown. */
export type DraftRow = Piece;

/** The row of the draft the cursor is in, at `width` cells, and the cursor's column there. */
export function cursorPlace(
  { text, cursor }: { text: string; cursor: number },
  width: number,
): { row: DraftRow; column: number } {
  const rows = rowsOfLineAt(text, cursor, width);
  // At the seam of two rows the cursor belongs to the later one.
  const row = rows.findLast((candidate) => candidate.start <= cursor) ?? { start: 0, end: 0 };
  return { row, column: Math.min(cellWidth(text.slice(row.start, cursor)), width) };
}

/** The row above or below one, if there is one. Costs the line it is in, however long the draft is. */
export function neighbourRow(text: string, row: DraftRow, step: -1 | 1, width: number): DraftRow | undefined {
  if (step < 0) {
    if (row.start === 0) return undefined;
    return rowsOfLineAt(text, row.start - 1, width).findLast((candidate) => candidate.start < row.start);
  }
  const sameLine = rowsOfLineAt(text, row.start, width).find((candidate) => candidate.start > row.start);
  if (sameLine !== undefined) return sameLine;
  const end = lineEnd(text, row.start);
  return end === text.length ? undefined : rowsOfLineAt(text, end + 1, width)[0];
}

/** The last wrapped line: callers read its rows one by one, and a pasted line can be a megabyte. */
let wrapped: { line: string; width: number; start: number; rows: DraftRow[] } | undefined;

/** Rows of the line that `offset` is in, as offsets in the whole text. */
function rowsOfLineAt(text: string, offset: number, width: number): DraftRow[] {
  const start = lineStart(text, offset);
  const line = text.slice(start, lineEnd(text, offset));
  if (wrapped?.line !== line || wrapped.width !== width || wrapped.start !== start) {
    const pieces = wrapLine(line, { width });
    const rows = pieces.map((piece) => ({ start: start + piece.start, end: start + piece.end }));
    wrapped = { line, width, start, rows };
  }
  return wrapped.rows;
}

/** Where the line that `offset` is in begins. */
export function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

/** Where it ends, before its newline. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
}

const WORD = /[\p{L}\p{N}\p{M}_]/u;

/** The start of the word before `offset`. */
export function wordLeft(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && !WORD.test(text.slice(previousBoundary(text, at), at))) at = previousBoundary(text, at);
  while (at > 0 && WORD.test(text.slice(previousBoundary(text, at), at))) at = previousBoundary(text, at);
  return at;
}

/** The end of the word after `offset`. */
export function wordRight(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && !WORD.test(text.slice(at, nextBoundary(text, at)))) at = nextBoundary(text, at);
  while (at < text.length && WORD.test(text.slice(at, nextBoundary(text, at)))) at = nextBoundary(text, at);
  return at;
}
