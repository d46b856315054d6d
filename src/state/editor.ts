import { type Fold, foldPaste, foldPlaces, unfolded } from './folds.js';
import {
  cellWidth,
  isOneGrapheme,
  nextBoundary,
  previousBoundary,
  snapToBoundary,
  takeCells,
} from './text/graphemes.js';
import { type Piece, wrapLine } from './text/wrap.js';
import { NO_UNDO, recordStep, type Snapshot, stepBack, stepForward, type Undo } from './undo.js';

/** The draft: a text, a cursor, and the messages sent before. */
export interface Editor {
  /** As shown: a long paste stands in it as its label. `draftText` has it whole. */
  readonly text: string;
  /** In UTF-16 units; always between two graphemes, never inside a label. */
  readonly cursor: number;
  /** The column that up and down keep to. */
  readonly goalColumn?: number | undefined;
  /** Oldest first. */
  readonly history: readonly string[];
  /** While an earlier message is shown: which, and the draft to come back to. */
  readonly recalled?: { readonly index: number; readonly draft: string } | undefined;
  readonly folds?: readonly Fold[] | undefined;
  readonly undo?: Undo | undefined;
  /** What was deleted last by the word or line. */
  readonly killed?: string | undefined;
}

export type EditorEvent =
  /** Text that is typed; the caller has made it harmless. */
  | { type: 'insert'; text: string }
  /** Text that comes in one piece, also harmless; a long one is folded. */
  | { type: 'paste'; text: string }
  /** Another text in place of the whole draft. */
  | { type: 'set'; text: string }
  | { type: 'backspace' | 'delete' }
  | { type: 'left' | 'right' | 'word-left' | 'word-right' | 'line-start' | 'line-end' }
  /** By rows as shown at `width` cells; beyond the first and last row, through the history. */
  | { type: 'up' | 'down'; width: number }
  | { type: 'kill-word' | 'kill-to-start' | 'kill-to-end' }
  /** Puts back what was killed last. */
  | { type: 'yank' }
  /** Shows the folded text at or before the cursor as it is. */
  | { type: 'unfold' }
  | { type: 'undo' | 'redo' }
  /** Empties the draft and keeps it in the history. */
  | { type: 'clear' };

/** One row of the draft as shown. */
export type DraftRow = Piece;

const MAX_HISTORY = 200;
/** UTF-16 units of the history. */
const MAX_HISTORY_SIZE = 8_000_000;

export const EMPTY_EDITOR: Editor = { text: '', cursor: 0, history: [] };

/** The whole draft, folded text included. */
export function draftText({ text, folds }: Editor): string {
  return unfolded(text, folds);
}

/** What a key does to the draft. */
export function edit(editor: Editor, event: EditorEvent): Editor {
  const { undo = NO_UNDO } = editor;
  switch (event.type) {
    case 'undo':
      return restored(editor, stepBack(undo, editor));
    case 'redo':
      return restored(editor, stepForward(undo, editor));
    case 'clear': {
      const { history, killed } = editor;
      const cleared = { text: '', cursor: 0, history: remember(history, draftText(editor)) };
      return killed === undefined ? cleared : { ...cleared, killed: unfolded(killed, editor.folds) };
    }
    default: {
      const next = besideLabels(changed(editor, event), editor.cursor);
      if (next.text === editor.text) return { ...next, undo: { ...undo, typing: false } };
      const typed = event.type === 'insert' && isOneGrapheme(event.text) ? event.text : undefined;
      return { ...next, undo: recordStep(undo, editor, typed) };
    }
  }
}

function changed(editor: Editor, event: Exclude<EditorEvent, { type: 'undo' | 'redo' | 'clear' }>): Editor {
  const { text, cursor, folds } = editor;
  switch (event.type) {
    case 'insert':
      return replaced(editor, cursor, cursor, event.text);
    case 'paste':
      return pasted(editor, cursor, cursor, event.text);
    case 'set':
      return pasted(editor, 0, text.length, event.text);
    case 'backspace': {
      const label = foldPlaces(text, folds).find(({ end }) => end === cursor);
      return replaced(editor, label?.start ?? previousBoundary(text, cursor), cursor, '');
    }
    case 'delete': {
      const label = foldPlaces(text, folds).find(({ start }) => start === cursor);
      return replaced(editor, cursor, label?.end ?? nextBoundary(text, cursor), '');
    }
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
      return killed(editor, besideLabels(moved(editor, wordLeft(text, cursor)), cursor).cursor, cursor);
    case 'kill-to-start':
      return killed(editor, lineStart(text, cursor), cursor);
    case 'kill-to-end': {
      const end = lineEnd(text, cursor);
      // At the line's end the newline goes, so that the key can be repeated.
      return killed(editor, cursor, end === cursor ? Math.min(end + 1, text.length) : end);
    }
    case 'yank':
      return pasted(editor, cursor, cursor, editor.killed ?? '');
    case 'unfold': {
      const places = foldPlaces(text, folds);
      const place = places.findLast(({ start }) => start <= cursor) ?? places[0];
      return place === undefined ? editor : replaced(editor, place.start, place.end, place.fold.text);
    }
    case 'up':
      return vertical(editor, -1, event.width);
    case 'down':
      return vertical(editor, 1, event.width);
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
  if (earlier === undefined) return { ...moved(editor, draft.length), text: draft, recalled: undefined };
  const { shown, folds } = foldPaste(earlier, editor.folds ?? []);
  return { ...moved(editor, shown.length), text: shown, folds, recalled: { index, draft } };
}

function remember(history: readonly string[], text: string): readonly string[] {
  if (text.trim() === '' || history.at(-1) === text) return history;
  const kept = [...history, text].slice(-MAX_HISTORY);
  let size = kept.reduce((sum, entry) => sum + entry.length, 0);
  while (size > MAX_HISTORY_SIZE && kept.length > 1) size -= kept.shift()?.length ?? 0;
  return kept;
}

function replaced(editor: Editor, start: number, end: number, by: string): Editor {
  const text = editor.text.slice(0, start) + by + editor.text.slice(end);
  return { ...moved(editor, snapToBoundary(text, start + by.length)), text };
}

function pasted(editor: Editor, start: number, end: number, by: string): Editor {
  const { shown, folds } = foldPaste(by, editor.folds ?? []);
  return { ...replaced(editor, start, end, shown), folds };
}

function killed(editor: Editor, start: number, end: number): Editor {
  if (start === end) return moved(editor, start);
  return { ...replaced(editor, start, end, ''), killed: editor.text.slice(start, end) };
}

function moved(editor: Editor, cursor: number): Editor {
  return { ...editor, cursor, goalColumn: undefined };
}

/** A label is one thing to the cursor: it goes on to the end that it was heading for. */
function besideLabels(editor: Editor, cursorBefore: number): Editor {
  const { text, cursor, folds } = editor;
  if (folds === undefined || folds.length === 0) return editor;
  const inside = foldPlaces(text, folds).find(({ start, end }) => start < cursor && cursor < end);
  if (inside === undefined) return editor;
  return { ...editor, cursor: cursor < cursorBefore ? inside.start : inside.end };
}

function restored(editor: Editor, step: { undo: Undo; draft: Snapshot } | undefined): Editor {
  return step === undefined ? editor : { ...moved(editor, 0), ...step.draft, undo: step.undo };
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
