import type { Message } from '../../state/messages.js';
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
  readonly message: Message;
  readonly row: Row;
}

/** The two ends of the selection in their order in the conversation. */
export function inOrder({ from, to }: Selected): readonly [Point, Point] {
  const isForward = from.message - to.message || from.row - to.row || from.column - to.column;
  return isForward <= 0 ? [from, to] : [to, from];
}

/** The selected cells of a row; undefined when none are. */
export function cellsSelected(
  selected: Selected,
  { message, row }: { message: number; row: number },
): Cells | undefined {
  const [first, last] = inOrder(selected);
  const before = (a: Point): boolean => message < a.message || (message === a.message && row < a.row);
  const after = (a: Point): boolean => message > a.message || (message === a.message && row > a.row);
  if (before(first) || after(last)) return undefined;
  const isFirst = message === first.message && row === first.row;
  const isLast = message === last.message && row === last.row;
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

/** The selected cells as text. Rows of a wrapped line are joined; blanks at a row's end are dropped. */
export function joinedText(rows: readonly SelectedRow[]): string {
  let text = '';
  for (const [index, { message, row, from, to }] of rows.entries()) {
    const before = rows[index - 1];
    if (before !== undefined) text += between(before, { message, row });
    text += sliceCells(plainText(row.line), from, to).trimEnd();
  }
  return text;
}

/** The text between two rows: a newline, or in a wrapped line a space or nothing. */
function between(before: SelectedRow, { message, row }: Pick<SelectedRow, 'message' | 'row'>): string {
  if (before.message.id !== message.id || before.row.offset < 0 || row.offset <= before.row.offset)
    return '\n';
  const source = message.text.slice(before.row.offset, row.offset);
  if (source === '' || source.includes('\n') || row.offset > message.text.length) return '\n';
  return /\s$/.test(source) ? ' ' : '';
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
