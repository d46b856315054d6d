import { cellWidth } from '../../state/text/graphemes.js';
import { shownPiece, wrapLine } from '../../state/text/wrap.js';
import type { Theme, Tone } from '../theme.js';

/** A row of the conversation, ready to be written. */
export interface Row {
  /** With its styles. */
  text: string;
  /** Cells. */
  width: number;
  /** Offset in its message's text: a place that stays when the width changes. */
  offset: number;
}

/** Wraps a text that grows at its end. Costs what is new, however long the text is. */
export interface Body {
  /** Rows that will not change any more; the array is the same one, and grows. */
  readonly closed: readonly Row[];
  /** Rows after those. */
  readonly open: readonly Row[];
  /** @param text begins with the text of the call before */
  update(text: string): void;
}

export type Markup = 'plain' | 'light';

interface LineStyle {
  tone: Tone;
  /** What is left out of the line's start. */
  skip: number;
  /** Columns by which all rows are moved in. */
  indent: number;
  /** Columns by which the rows after the first are moved in further. */
  hang: number;
  at: 'words' | 'cells';
}

const PLAIN: LineStyle = { tone: 'plain', skip: 0, indent: 0, hang: 0, at: 'words' };
const FENCE = /^ {0,3}(?:```|~~~)/;
const HEADING = /^ {0,3}(#{1,6}) +(?=\S)/;
// Bounded, so that a line's style is known before it fills its first row.
const LIST_ITEM = /^( {0,8})(?:[-*+]|\d{1,3}[.)]) {1,3}(?=\S)/;
const QUOTE = /^ {0,3}> ?/;

/** @param markup `light`: headings, code blocks, lists and quotes are told apart; the rest is shown as it came */
export function createBody(width: number, theme: Theme, markup: Markup, tone: Tone = 'plain'): Body {
  const closed: Row[] = [];
  let open: Row[] = [];
  let fenced = false;
  let lineStart = 0;
  // In the line that is still open: where its first row that may change begins.
  let from = 0;

  const styleOf = (line: string): LineStyle => {
    if (markup === 'plain') return { ...PLAIN, tone };
    if (FENCE.test(line)) return { ...PLAIN, tone: 'dim', indent: 2, at: 'cells' };
    if (fenced) return { ...PLAIN, indent: 2, at: 'cells' };
    const heading = HEADING.exec(line);
    if (heading !== null) return { ...PLAIN, tone: 'bold', skip: heading[0].length };
    const item = LIST_ITEM.exec(line) ?? QUOTE.exec(line);
    return item === null ? PLAIN : { ...PLAIN, hang: item[0].length };
  };

  const rowsOf = (line: string, style: LineStyle): { row: Row; from: number }[] => {
    const { indent, hang, skip, at } = style;
    const first = Math.max(1, width - indent);
    const pieces = wrapLine(line, {
      width: first,
      restWidth: Math.max(1, first - hang),
      at,
      from: Math.max(from, skip),
      firstRow: from === 0,
    });
    return pieces.map((piece, index) => {
      const isFirst = from === 0 && index === 0;
      const shown = shownPiece(line, piece);
      const margin = shown === '' ? '' : ' '.repeat(indent + (isFirst ? 0 : hang));
      const painted = style.tone === 'plain' ? shown : theme(style.tone, shown);
      return {
        row: {
          text: margin + painted,
          width: margin.length + cellWidth(shown),
          offset: lineStart + piece.start,
        },
        from: piece.start,
      };
    });
  };

  return {
    closed,
    get open() {
      return open;
    },
    update(text) {
      for (;;) {
        const end = text.indexOf('\n', lineStart + from);
        const line = text.slice(lineStart, end < 0 ? undefined : end);
        const rows = rowsOf(line, styleOf(line));
        if (end < 0) {
          const last = rows.pop();
          for (const { row } of rows) closed.push(row);
          open = last === undefined ? [] : [last.row];
          if (rows.length > 0 && last !== undefined) from = last.from;
          return;
        }
        for (const { row } of rows) closed.push(row);
        if (markup === 'light' && FENCE.test(line)) fenced = !fenced;
        lineStart = end + 1;
        from = 0;
      }
    },
  };
}
