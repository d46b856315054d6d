import { cellWidth, graphemeWidth, segments } from '../../state/text/graphemes.js';
import type { Point, Selected } from '../../state/view/scroll.js';
import { type Line, plainText, type Span } from '../style/line.js';
import type { Row } from './body.js';

/** A half-open range of a row's cells. */
interface Cells {
  readonly from: number;
  readonly to: number;
}

/** A row with selected cells. */
export interface SelectedRow extends Cells {
  readonly row: Row;
}

/** A row of the conversation. */
export type RowPlace = Omit<Point, 'column'>;

/** @returns less than 0 when `one` is above `other`, more than 0 when it is below, and 0 for the same row */
function compareRows(one: RowPlace, other: RowPlace): number {
  return one.message - other.message || one.part - other.part || one.row - other.row;
}

/** Returns the two ends of the selection, the earlier one first. */
export function inOrder({ from, to }: Selected): readonly [Point, Point] {
  const isForward = compareRows(from, to) || from.column - to.column;
  return isForward <= 0 ? [from, to] : [to, from];
}

/** Returns the selected cells of a row; undefined when none are. */
export function cellsSelected(selected: Selected, row: RowPlace): Cells | undefined {
  const [first, last] = inOrder(selected);
  const [afterFirst, afterLast] = [compareRows(row, first), compareRows(row, last)];
  if (afterFirst < 0 || afterLast > 0) return undefined;
  const [isFirst, isLast] = [afterFirst === 0, afterLast === 0];
  return { from: isFirst ? first.column : 0, to: isLast ? last.column + 1 : Number.POSITIVE_INFINITY };
}

/** Marks these cells of the line. A wide character that is partly inside is marked whole. */
export function markCells(line: Line, { from, to }: Cells): Line {
  let column = 0;
  const marked: Span[] = [];
  for (const span of line) {
    const [style, text, href] =
      typeof span === 'string' ? (['plain', span, undefined] as const) : [span[0], span[1], span[2]];
    const parts = { before: '', inside: '', after: '' };
    for (const { segment } of segments(text)) {
      const width = graphemeWidth(segment, column);
      const part = column + width <= from ? 'before' : column < to ? 'inside' : 'after';
      parts[part] += segment;
      column += width;
    }
    const piece = (tone: typeof style, words: string): Span[] =>
      words === '' ? [] : [href === undefined ? [tone, words] : [tone, words, href]];
    marked.push(...piece(style, parts.before), ...piece('match', parts.inside), ...piece(style, parts.after));
  }
  return marked;
}

/**
 * Returns the selected cells as text without frames. Rows of a wrapped line are joined; blanks at a line's end are
 * dropped.
 */
export function joinedText(rows: readonly SelectedRow[]): string {
  const lines: string[] = [];
  let line: string | undefined;
  for (const { row, from, to } of rows) {
    const { margin = 0, glue } = row;
    if (margin === Number.POSITIVE_INFINITY) continue;
    const text = sliceCells(plainText(row.line), Math.max(from, margin), to);
    if (line !== undefined && glue !== undefined) line += glue + text;
    else {
      if (line !== undefined) lines.push(line.trimEnd());
      line = text;
    }
  }
  return [...lines, (line ?? '').trimEnd()].join('\n');
}

function sliceCells(text: string, from: number, to: number): string {
  if (from === 0 && to >= cellWidth(text)) return text;
  let column = 0;
  let taken = '';
  for (const { segment } of segments(text)) {
    const width = graphemeWidth(segment, column);
    if (column + width > from && column < to) taken += segment;
    column += width;
  }
  return taken;
}
