import { graphemeWidth, isNarrow, segments, shownLine } from './graphemes.js';

/** One row of a wrapped line: a half-open range of it, in UTF-16 units. */
export interface Piece {
  start: number;
  end: number;
}

export interface WrapOptions {
  /** Cells of the first row. */
  width: number;
  /** Cells of the rows after it [width]. */
  restWidth?: number;
  /** `words`: between words where there is a place; `cells`: wherever the row is full. */
  at?: 'words' | 'cells';
  /** Offset to begin at: the start of a row from an earlier call, or the end of the skipped text [0]. */
  from?: number;
  /** Whether the first row is the line's first [from = 0]. */
  firstRow?: boolean;
}

/**
 * Breaks one line (no newline in it) into rows. The pieces cover all of it; spaces at the end of a row hang over.
 *
 * Prefix-stable: when the line grows at its end, all rows but the last stay as they were, so that a growing line
 * can be wrapped again from the start of its last row. This is why a word that is longer than a row starts a
 * row of its own before it is cut.
 */
export function wrapLine(line: string, options: WrapOptions): Piece[] {
  const { width, restWidth = width, at = 'words', from = 0, firstRow = from === 0 } = options;
  let limit = firstRow ? width : restWidth;
  const rest = line.slice(from);
  const eachOneCell = isNarrow(rest);
  if (eachOneCell && rest.length <= limit) return [{ start: from, end: line.length }];
  const pieces: Piece[] = [];
  let rowStart = from;
  let column = 0;
  // After the last place in this row where it may be broken, and the column there.
  let breakAt = -1;
  let breakColumn = 0;
  let seenWord = false;

  const closeRow = (end: number): void => {
    pieces.push({ start: rowStart, end });
    rowStart = end;
    limit = restWidth;
    breakAt = -1;
  };
  const breakable = (offset: number): void => {
    if (at === 'cells') return;
    breakAt = offset;
    breakColumn = column;
  };
  const take = (grapheme: string, offset: number): void => {
    const end = offset + grapheme.length;
    const cells = graphemeWidth(grapheme, column);
    if (at === 'words' && (grapheme === ' ' || grapheme === '\t')) {
      column += cells;
      // Indentation is no place to break: it would leave an empty row.
      if (seenWord) breakable(end);
      return;
    }
    // Wide characters are words of their own: such scripts have no spaces.
    if (cells > 1 && seenWord) breakable(offset);
    if (column + cells > limit && breakAt > rowStart) {
      const carried = column - breakColumn;
      closeRow(breakAt);
      column = carried;
    }
    if (column + cells > limit && offset > rowStart) {
      closeRow(offset);
      column = 0;
    }
    column += cells;
    seenWord = true;
    if (cells > 1) breakable(end);
  };

  if (eachOneCell) {
    for (let offset = from; offset < line.length; offset += 1) take(line.charAt(offset), offset);
  } else {
    for (const { segment, index } of segments(rest)) take(segment, from + index);
  }
  pieces.push({ start: rowStart, end: line.length });
  return pieces;
}

/** A piece as it is shown: without the spaces that hang over, tabs expanded. */
export function shownPiece(line: string, piece: Piece): string {
  return shownLine(line.slice(piece.start, piece.end).trimEnd());
}
