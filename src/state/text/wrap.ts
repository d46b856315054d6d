import { graphemeWidth, isNarrow, segments, shownLine } from './graphemes.js';
import { mayBreakBetween } from './line-breaks.js';

/** One row of a wrapped line: a half-open range in UTF-16 units. */
export interface Piece {
  start: number;
  end: number;
}

export interface WrapOptions {
  /** The width of a row in cells. */
  width: number;
  /** `words` breaks between words where possible; `cells` breaks when the row is full. */
  at?: 'words' | 'cells';
  /** The offset to begin at: the start of a row of an earlier call, or the end of a skipped text [0]. */
  from?: number;
}

const WIDE_SPACE = '\u3000';

/**
 * Wraps one line (without newlines) into rows. The pieces cover the whole line; spaces at a row's end may exceed its
 * width.
 *
 * When a line grows at its end, all rows but the last stay the same. So a growing line can be wrapped again from its
 * last row. To allow that, a word that is longer than a row starts on a new row before it is cut.
 */
export function wrapLine(line: string, options: WrapOptions): Piece[] {
  const { width, at = 'words', from = 0 } = options;
  const rest = line.slice(from);
  const eachOneCell = isNarrow(rest);
  if (eachOneCell && rest.length <= width) return [{ start: from, end: line.length }];
  const pieces: Piece[] = [];
  let rowStart = from;
  let column = 0;
  // The last possible break in this row, and its column.
  let breakAt = -1;
  let breakColumn = 0;
  let seenWord = false;
  // The grapheme before this one and its cells; empty after a space.
  let before = '';
  let beforeCells = 0;

  const closeRow = (end: number): void => {
    pieces.push({ start: rowStart, end });
    rowStart = end;
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
    if (at === 'words' && (grapheme === ' ' || grapheme === '\t' || grapheme === WIDE_SPACE)) {
      column += cells;
      before = '';
      // Breaking after the indentation would leave an empty row.
      if (seenWord) breakable(end);
      return;
    }
    // A row may end beside most wide characters, because their scripts have no spaces.
    if (before !== '' && (cells > 1 || beforeCells > 1) && mayBreakBetween(before, grapheme))
      breakable(offset);
    if (column + cells > width && breakAt > rowStart) {
      const carried = column - breakColumn;
      closeRow(breakAt);
      column = carried;
    }
    if (column + cells > width && offset > rowStart) {
      closeRow(offset);
      column = 0;
    }
    column += cells;
    seenWord = true;
    before = grapheme;
    beforeCells = cells;
  };

  if (eachOneCell) {
    for (let offset = from; offset < line.length; offset += 1) take(line.charAt(offset), offset);
  } else {
    for (const { segment, index } of segments(rest)) take(segment, from + index);
  }
  pieces.push({ start: rowStart, end: line.length });
  return pieces;
}

/** Returns a row as the screen shows it: without trailing spaces, and with tabs expanded. */
export function shownPiece(line: string, piece: Piece): string {
  return shownLine(line.slice(piece.start, piece.end).trimEnd());
}
