import { shownPiece, wrapLine } from '../../state/text/wrap.js';
import { type Line, lineWidth } from '../style/line.js';
import type { Tone } from '../style/theme.js';

/** A row of the conversation, ready to be written. */
export interface Row {
  readonly line: Line;
  /** Cells. */
  readonly width: number;
  /** Offset in its message's text: a place that stays when the width changes. */
  readonly offset: number;
}

/** The rows of a text that grows at its end. */
export interface Body {
  /** Rows that will not change any more; the array is the same one, and grows. */
  readonly closed: readonly Row[];
  /** Rows after those. */
  readonly open: readonly Row[];
  /**
   * @param text begins with the text of the call before
   * @param growing more is to come [false]
   */
  update(text: string, growing?: boolean): void;
}

export function rowOf(line: Line, offset: number): Row {
  return { line, width: lineWidth(line), offset };
}

/** A body of text as it came, wrapped between words. Costs what is new, however long the text is. */
export function createPlainBody(width: number, tone: Tone = 'plain'): Body {
  const closed: Row[] = [];
  let open: Row[] = [];
  let lineStart = 0;
  // In the line that is still open: where its first row that may change begins.
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
          return rowOf(shown === '' ? [] : [[tone, shown]], lineStart + piece.start);
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
