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

/** The rows of a text that grows at its end. */
export interface Body {
  /** Rows that are final. It is always the same array, which grows. */
  readonly closed: readonly Row[];
  /** The rows after `closed`, which may still change. */
  readonly open: readonly Row[];
  /**
   * @param text begins with the text of the previous call
   * @param growing more text will follow [false]
   */
  update(text: string, growing?: boolean): void;
}

export function rowOf(line: Line, offset: number, copying?: Copying): Row {
  return { line, width: lineWidth(line), offset, ...copying };
}

/** Returns how a row is copied with `cells` more cells at its start. A row that begins a line keeps its indentation. */
export function indented({ margin, glue }: Copying, cells: number): Copying {
  const moved = margin === undefined && glue === undefined ? {} : { margin: (margin ?? 0) + cells };
  return glue === undefined ? moved : { ...moved, glue };
}

/** Creates a plain text that is wrapped between words. An update only processes its new text. */
export function createPlainBody(width: number, tone: Tone = 'plain'): Body {
  const closed: Row[] = [];
  let open: Row[] = [];
  let lineStart = 0;
  // The start of the first row that may still change, relative to its line.
  let from = 0;

  return {
    closed,
    get open() {
      return open;
    },
    update(text) {
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
        for (const row of rows) closed.push(row);
        if (last !== undefined) {
          open = [last];
          from = pieces.at(-1)?.start ?? 0;
          return;
        }
        lineStart = end + 1;
        from = 0;
      }
    },
  };
}

function blanksBefore(line: string, offset: number): string {
  return line.slice(line.slice(0, offset).trimEnd().length, offset);
}
