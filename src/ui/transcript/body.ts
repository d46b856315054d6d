import { shownPiece, wrapLine } from '../../state/text/wrap.js';
import { type Line, lineWidth } from '../style/line.js';
import type { Tone } from '../style/theme.js';

/** How a row's text is copied to the clipboard. */
export interface Copying {
  /**
   * Number of cells at the row's start that are not text, such as the edge of code; Infinity when the row has no text
   * [0].
   */
  readonly margin?: number;
  /** The blanks between the previous row and this one, if this row continues a wrapped line [the row begins a line]. */
  readonly glue?: string;
}

/** A finished row of the conversation. */
export interface Row extends Copying {
  readonly line: Line;
  /** The width in cells. */
  readonly width: number;
  /** The row's offset in its message's text, which stays valid when the width changes. */
  readonly offset: number;
}

/** Consecutive rows of a text, laid out when they are first needed. */
export interface Part {
  /** No row of an earlier part has this offset or a later one, and no row of this part an earlier one. */
  readonly from: number;
  readonly rows: readonly Row[];
  /** The number of rows; an estimate until they are laid out. */
  readonly count: number;
  readonly isLaidOut: boolean;
}

/** The rows of a text that grows at its end. */
export interface Body {
  /** Rows that are final. It is always the same array, which grows. */
  readonly closed: readonly Part[];
  /** The rows after `closed`, which may still change. */
  readonly open: readonly Row[];
  /**
   * A long text of the first call is only laid out where its rows are read.
   * @param text begins with the text of the previous call
   * @param growing more text will follow [false]
   */
  update(text: string, growing?: boolean): void;
}

/** From this many UTF-16 units on, laying out a text takes longer than a frame. */
export const LONG_TEXT = 50_000;

export function laidOutPart(from: number, rows: readonly Row[]): Part {
  return { from, rows, count: rows.length, isLaidOut: true };
}

/** @param estimate returns about how many rows `layOut` will return */
export function deferredPart(from: number, layOut: () => readonly Row[], estimate: () => number): Part {
  let rows: readonly Row[] | undefined;
  let estimated: number | undefined;
  return {
    from,
    get rows() {
      rows ??= layOut();
      return rows;
    },
    get count() {
      if (rows !== undefined) return rows.length;
      estimated ??= estimate();
      return estimated;
    },
    get isLaidOut() {
      return rows !== undefined;
    },
  };
}

/** Returns about how many rows of this width a text takes. */
export function estimatedRows(text: string, width: number): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return Math.max(lines, Math.ceil(text.length / width));
}

/** Returns all rows of a body. */
export function rowsIn({ closed, open }: Body): Row[] {
  return [...closed.flatMap(({ rows }) => rows), ...open];
}

export function rowOf(line: Line, offset: number, copying?: Copying): Row {
  return { line, width: lineWidth(line), offset, ...copying };
}

/** Returns how a row is copied with `cells` more cells at its start. A row that begins a line keeps its indentation. */
export function indented({ margin, glue }: Copying, cells: number): Copying {
  const moved = margin === undefined && glue === undefined ? {} : { margin: (margin ?? 0) + cells };
  return glue === undefined ? moved : { ...moved, glue };
}

/** A part of a plain text has about this many rows. */
const PART_ROWS = 128;
/** A part that is not laid out ends at the first newline after this many UTF-16 units. */
const PART_LENGTH = 6000;

/** Creates a plain text that is wrapped between words. An update only processes its new text. */
export function createPlainBody(width: number, tone: Tone = 'plain'): Body {
  const closed: Part[] = [];
  /** Final rows that are not yet in a part. */
  let done: Row[] = [];
  let open: Row | undefined;
  let lineStart = 0;
  // The start of the first row that may still change, relative to its line.
  let from = 0;

  const closeDone = (): void => {
    const [first] = done;
    if (first !== undefined) closed.push(laidOutPart(first.offset, done));
    done = [];
  };

  /** Divides the lines of a long text into parts that are not laid out yet. */
  const divide = (text: string): void => {
    for (;;) {
      const start = lineStart;
      const end = text.indexOf('\n', start + PART_LENGTH) + 1;
      if (end === 0) return;
      const lines = (): string => text.slice(start, end - 1);
      const layOut = (): Row[] =>
        rowsIn(plainBodyOf(lines(), width, tone)).map((row) => ({ ...row, offset: row.offset + start }));
      closed.push(deferredPart(start, layOut, () => estimatedRows(lines(), width)));
      lineStart = end;
    }
  };

  return {
    closed,
    get open() {
      return open === undefined ? done : [...done, open];
    },
    update(text) {
      if (open === undefined && text.length > LONG_TEXT) divide(text);
      for (;;) {
        const end = text.indexOf('\n', lineStart + from);
        const line = text.slice(lineStart, end < 0 ? undefined : end);
        const pieces = wrapLine(line, { width, from });
        const rows = pieces.map((piece) => {
          const shown = shownPiece(line, piece);
          const copying = piece.start === 0 ? undefined : { glue: blanksBefore(line, piece.start) };
          return rowOf(shown === '' ? [] : [[tone, shown]], lineStart + piece.start, copying);
        });
        const last = end < 0 ? rows.pop() : undefined;
        for (const row of rows) {
          done.push(row);
          if (done.length === PART_ROWS) closeDone();
        }
        if (last !== undefined) {
          open = last;
          from = pieces.at(-1)?.start ?? 0;
          return;
        }
        lineStart = end + 1;
        from = 0;
      }
    },
  };
}

function plainBodyOf(text: string, width: number, tone: Tone): Body {
  const body = createPlainBody(width, tone);
  body.update(text);
  return body;
}

function blanksBefore(line: string, offset: number): string {
  return line.slice(line.slice(0, offset).trimEnd().length, offset);
}
