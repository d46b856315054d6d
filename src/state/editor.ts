import { cellWidth, nextBoundary, previousBoundary, snapToBoundary, takeCells } from './text/graphemes.js';
import { type Piece, wrapLine } from './text/wrap.js';

/** The draft: a text, a cursor, and the messages sent before. */
export interface Editor {
  readonly text: string;
  /** In UTF-16 units; always between two graphemes. */
  readonly cursor: number;
  /** The column that up and down keep to. */
  readonly goalColumn?: number;
  /** Oldest first. */
  readonly history: readonly string[];
  /** While an earlier message is shown: which, and the draft to come back to. */
  readonly recalled?: { readonly index: number; readonly draft: string };
}

export type EditorEvent =
  /** Text that is typed or pasted; the caller has made it harmless. */
  | { type: 'insert'; text: string }
  | { type: 'backspace' | 'delete' }
  | { type: 'left' | 'right' | 'word-left' | 'word-right' | 'line-start' | 'line-end' }
  /** By rows as shown at `width` cells; beyond the first and last row, through the history. */
  | { type: 'up' | 'down'; width: number }
  | { type: 'kill-word' | 'kill-to-start' | 'kill-to-end' }
  /** Empties the draft and keeps it in the history. */
  | { type: 'clear' };

/** One row of the draft as shown. */
export type DraftRow = Piece;

const MAX_HISTORY = 200;

export const EMPTY_EDITOR: Editor = { text: '', cursor: 0, history: [] };

/** What a key does to the draft. */
export function edit(editor: Editor, event: EditorEvent): Editor {
  const { text, cursor } = editor;
  switch (event.type) {
    case 'insert':
      return replaced(editor, cursor, cursor, event.text);
    case 'backspace':
      return replaced(editor, previousBoundary(text, cursor), cursor, '');
    case 'delete':
      return replaced(editor, cursor, nextBoundary(text, cursor), '');
    case 'left':
      return moved(editor, previousBoundary(text, cursor));
    case 'right':
      return moved(editor, nextBoundary(text, cursor));
    case 'word-left':
      return moved(editor, wordLeft(text, cursor));
    case 'word-right':
      return moved(editor, wordRight(text, cursor));
    case 'line-start':
      return moved(editor, lineStart(text, cursor));
    case 'line-end':
      return moved(editor, lineEnd(text, cursor));
    case 'kill-word':
      return replaced(editor, wordLeft(text, cursor), cursor, '');
    case 'kill-to-start':
      return replaced(editor, lineStart(text, cursor), cursor, '');
    case 'kill-to-end': {
      const end = lineEnd(text, cursor);
      // At the line's end the newline goes, so that the key can be repeated.
      return replaced(editor, cursor, end === cursor ? Math.min(end + 1, text.length) : end, '');
    }
    case 'up':
      return vertical(editor, -1, event.width);
    case 'down':
      return vertical(editor, 1, event.width);
    case 'clear':
      return { text: '', cursor: 0, history: remember(editor.history, text) };
  }
}

/** The row of the draft the cursor is in, at `width` cells, and the cursor's column there. */
export function cursorPlace(editor: Editor, width: number): { row: DraftRow; column: number } {
  const { text, cursor } = editor;
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

/** The line wrapped last: its rows are asked for one by one, and a pasted line can be a megabyte. */
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

function vertical(editor: Editor, step: -1 | 1, width: number): Editor {
  const { row, column } = cursorPlace(editor, width);
  const next = neighbourRow(editor.text, row, step, width);
  if (next === undefined) return recall(editor, step);
  const goal = editor.goalColumn ?? column;
  const reached = next.start + takeCells(editor.text.slice(next.start, next.end), goal).length;
  // The place after a wrapped row's last character is shown as the start of the row below.
  const wrapped = next.end < lineEnd(editor.text, next.start);
  const cursor = wrapped && reached === next.end ? previousBoundary(editor.text, reached) : reached;
  return { ...editor, cursor, goalColumn: goal };
}

function recall(editor: Editor, step: -1 | 1): Editor {
  const { history, recalled, text } = editor;
  const index = (recalled?.index ?? history.length) + step;
  if (index < 0 || index > history.length) return editor;
  const draft = recalled?.draft ?? text;
  const earlier = history[index];
  if (earlier === undefined) return { text: draft, cursor: draft.length, history };
  return { text: earlier, cursor: earlier.length, history, recalled: { index, draft } };
}

function remember(history: readonly string[], text: string): readonly string[] {
  if (text.trim() === '' || history.at(-1) === text) return history;
  return [...history, text].slice(-MAX_HISTORY);
}

function replaced({ text, history, recalled }: Editor, start: number, end: number, by: string): Editor {
  const next = text.slice(0, start) + by + text.slice(end);
  const cursor = snapToBoundary(next, start + by.length);
  return { text: next, cursor, history, ...(recalled !== undefined && { recalled }) };
}

function moved({ text, history, recalled }: Editor, cursor: number): Editor {
  return { text, cursor, history, ...(recalled !== undefined && { recalled }) };
}

function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
}

const WORD = /[\p{L}\p{N}\p{M}_]/u;

function wordLeft(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && !WORD.test(text.slice(previousBoundary(text, at), at))) at = previousBoundary(text, at);
  while (at > 0 && WORD.test(text.slice(previousBoundary(text, at), at))) at = previousBoundary(text, at);
  return at;
}

function wordRight(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && !WORD.test(text.slice(at, nextBoundary(text, at)))) at = nextBoundary(text, at);
  while (at < text.length && WORD.test(text.slice(at, nextBoundary(text, at)))) at = nextBoundary(text, at);
  return at;
}
