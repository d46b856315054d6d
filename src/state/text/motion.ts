import { cellWidth, nextBoundary, previousBoundary } from './graphemes.js';
import { type Piece, wrapLine } from './wrap.js';

/** One wrapped row of the draft. */
export type DraftRow = Piece;

/** Returns the draft row with the cursor when wrapped at `width` cells, and the cursor's column in it. */
export function cursorPlace(
  { text, cursor }: { text: string; cursor: number },
  width: number,
): { row: DraftRow; column: number } {
  const rows = rowsOfLineAt(text, cursor, width);
  // Between two rows the cursor belongs to the later one.
  const row = rows.findLast((candidate) => candidate.start <= cursor) ?? { start: 0, end: 0 };
  return { row, column: Math.min(cellWidth(text.slice(row.start, cursor)), width) };
}

/**
 * Returns the row above (-1) or below (1); undefined at the ends. It only wraps the adjacent line, not the whole draft.
 */
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

/** Caches the last wrapped line: callers read it row by row, and a pasted line can be a megabyte long. */
let wrapped: { line: string; width: number; start: number; rows: DraftRow[] } | undefined;

/** Returns the rows of the line at `offset`, as offsets in the whole text. */
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

/** Returns the start of the line at `offset`. */
export function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

/** Returns the end of the line at `offset`, before its newline. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
}

const WORD = /[\p{L}\p{N}\p{M}_]/u;

/** Returns the start of the word before `offset`. */
export function wordLeft(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && !WORD.test(text.slice(previousBoundary(text, at), at))) at = previousBoundary(text, at);
  while (at > 0 && WORD.test(text.slice(previousBoundary(text, at), at))) at = previousBoundary(text, at);
  return at;
}

/** Returns the end of the word after `offset`. */
export function wordRight(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && !WORD.test(text.slice(at, nextBoundary(text, at)))) at = nextBoundary(text, at);
  while (at < text.length && WORD.test(text.slice(at, nextBoundary(text, at)))) at = nextBoundary(text, at);
  return at;
}
