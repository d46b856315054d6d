import {
  isOneGrapheme,
  nextBoundary,
  previousBoundary,
  snapToBoundary,
  takeCells,
} from '../text/graphemes.js';
import { cursorPlace, lineEnd, lineStart, neighbourRow, wordLeft, wordRight } from '../text/motion.js';
import { type Fold, foldPaste, foldPlaces, grownFold, unfolded } from './folds.js';
import { type Recalled, recall, remember } from './recall.js';
import { NO_UNDO, recordStep, type Snapshot, stepBack, stepForward, type Undo } from './undo.js';

/** The draft: a text, a cursor, and the messages sent before. */
export interface Editor {
  /** The text as shown: a label stands for a long paste. `draftText` returns the full text. */
  readonly text: string;
  /** In UTF-16 units; always between two graphemes, never inside a label. */
  readonly cursor: number;
  /** The selection's other end; nothing is selected when it is absent or equals the cursor. */
  readonly anchor?: number | undefined;
  /** The column that up and down aim for, even across shorter rows. */
  readonly goalColumn?: number | undefined;
  /** Oldest first. */
  readonly history: readonly string[];
  readonly recalled?: Recalled | undefined;
  readonly folds?: readonly Fold[] | undefined;
  readonly undo?: Undo | undefined;
  /** The text that the last word or line deletion removed; `yank` inserts it. */
  readonly killed?: string | undefined;
}

export type Motion = 'left' | 'right' | 'word-left' | 'word-right' | 'line-start' | 'line-end';

export type EditorEvent =
  /** Typed text, which the caller has sanitized. */
  | { type: 'insert'; text: string }
  /** Pasted text, also sanitized. A long text is folded. `more` adds to the paste whose label is before the cursor. */
  | { type: 'paste'; text: string; more?: true }
  /** Replaces the whole draft. */
  | { type: 'set'; text: string }
  | { type: 'backspace' | 'delete' }
  /** `select` extends the selection to the new place. */
  | { type: Motion; select?: boolean }
  /** Moves by rows wrapped at `width` cells; past the first or last row it steps through the history. */
  | { type: 'up' | 'down'; width: number; select?: boolean }
  | { type: 'select-all' }
  | { type: 'kill-word' | 'kill-word-right' | 'kill-to-start' | 'kill-to-end' }
  /** Inserts the text that a kill removed last. */
  | { type: 'yank' }
  /** Replaces the label at or before the cursor by its text. */
  | { type: 'unfold' }
  | { type: 'undo' | 'redo' }
  /** Empties the draft and adds it to the history. */
  | { type: 'clear' };

export const EMPTY_EDITOR: Editor = { text: '', cursor: 0, history: [] };

/** Returns the full draft, with the folded texts in place of their labels. */
export function draftText({ text, folds }: Editor): string {
  return unfolded(text, folds);
}

/** Returns the selected range; undefined when nothing is selected. */
export function selectionOf({ cursor, anchor = cursor }: Editor): { start: number; end: number } | undefined {
  return anchor === cursor ? undefined : { start: Math.min(anchor, cursor), end: Math.max(anchor, cursor) };
}

/** Returns the draft after an event. */
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
      const grown = event.type === 'paste' && event.more ? pastedOn(editor, event.text) : undefined;
      // All parts of a paste together are one undo step.
      if (grown !== undefined) return grown;
      const next = selecting(editor, event, besideLabels(changed(editor, event), editor.cursor));
      if (next.text === editor.text) return { ...next, undo: { ...undo, typing: false } };
      const typed = event.type === 'insert' && isOneGrapheme(event.text) ? event.text : undefined;
      return { ...next, undo: recordStep(undo, editor, typed) };
    }
  }
}

type Change = Exclude<EditorEvent, { type: 'undo' | 'redo' | 'clear' }>;

/** Updates the selection: a selecting motion extends it, any other event clears it. */
function selecting(before: Editor, event: Change, after: Editor): Editor {
  if (event.type === 'select-all') return { ...after, anchor: 0 };
  const selects = 'select' in event && event.select === true;
  return { ...after, anchor: selects ? (before.anchor ?? before.cursor) : undefined };
}

function changed(editor: Editor, event: Change): Editor {
  const { text, cursor, folds } = editor;
  const selected = selectionOf(editor);
  const { start: from, end: to } = selected ?? { start: cursor, end: cursor };
  if (selected !== undefined) {
    // Deleting removes the selection; left and right move to its start and end.
    if (event.type === 'backspace' || event.type === 'delete') return replaced(editor, from, to, '');
    if (event.type.startsWith('kill-')) return killed(editor, from, to);
    if (event.type === 'left' && event.select !== true) return moved(editor, from);
    if (event.type === 'right' && event.select !== true) return moved(editor, to);
  }
  switch (event.type) {
    case 'select-all':
      return moved(editor, text.length);
    case 'insert':
      return replaced(editor, from, to, event.text);
    case 'paste':
      return pasted(editor, from, to, event.text);
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
    case 'kill-word-right':
      return killed(editor, cursor, besideLabels(moved(editor, wordRight(text, cursor)), cursor).cursor);
    case 'kill-to-start':
      return killed(editor, lineStart(text, cursor), cursor);
    case 'kill-to-end': {
      const end = lineEnd(text, cursor);
      // At the line's end the newline is deleted, so that repeating the key makes progress.
      return killed(editor, cursor, end === cursor ? Math.min(end + 1, text.length) : end);
    }
    case 'yank':
      return editor.killed === undefined ? editor : pasted(editor, from, to, editor.killed);
    case 'unfold': {
      const places = foldPlaces(text, folds);
      const place = places.findLast(({ start }) => start <= cursor) ?? places[0];
      return place === undefined ? editor : replaced(editor, place.start, place.end, place.fold.text);
    }
    case 'up':
      return vertical(editor, -1, event);
    case 'down':
      return vertical(editor, 1, event);
  }
}

function vertical(
  editor: Editor,
  step: -1 | 1,
  { width, select }: { width: number; select?: boolean },
): Editor {
  const { row, column } = cursorPlace(editor, width);
  const next = neighbourRow(editor.text, row, step, width);
  if (next === undefined) {
    if (select === true) return moved(editor, step < 0 ? 0 : editor.text.length);
    return recalled(editor, step);
  }
  const goal = editor.goalColumn ?? column;
  const reached = next.start + takeCells(editor.text.slice(next.start, next.end), goal).length;
  // A cursor after a wrapped row's last character would appear at the start of the next row.
  const wrapped = next.end < lineEnd(editor.text, next.start);
  const cursor = wrapped && reached === next.end ? previousBoundary(editor.text, reached) : reached;
  return { ...editor, cursor, goalColumn: goal };
}

function recalled(editor: Editor, step: -1 | 1): Editor {
  const found = recall(editor, step);
  if (found === undefined) return editor;
  const { text, recalled } = found;
  if (recalled === undefined) return { ...moved(editor, text.length), text, recalled };
  const { shown, folds } = foldPaste(text, editor.folds ?? []);
  return { ...moved(editor, shown.length), text: shown, folds, recalled };
}

function replaced(editor: Editor, start: number, end: number, by: string): Editor {
  const text = editor.text.slice(0, start) + by + editor.text.slice(end);
  return { ...moved(editor, snapToBoundary(text, start + by.length)), text };
}

function pasted(editor: Editor, start: number, end: number, by: string): Editor {
  const { shown, folds } = foldPaste(by, editor.folds ?? []);
  return { ...replaced(editor, start, end, shown), folds };
}

/**
 * Adds to the folded paste before the cursor. Returns undefined when there is none, or when its label is also in use
 * elsewhere.
 */
function pastedOn(editor: Editor, more: string): Editor | undefined {
  const { text, cursor, folds = [], undo = NO_UNDO } = editor;
  const place = foldPlaces(text, folds).find(({ end }) => end === cursor);
  if (place === undefined) return undefined;
  const { start, end, fold } = place;
  const elsewhere = [
    text.slice(0, start),
    text.slice(end),
    editor.killed,
    ...undo.past.map((step) => step.text),
  ];
  if (elsewhere.some((one) => one?.includes(fold.label))) return undefined;
  const grown = grownFold(fold, more);
  return {
    ...replaced(editor, start, end, grown.label),
    anchor: undefined,
    folds: folds.map((one) => (one === fold ? grown : one)),
    undo: { ...undo, future: [], typing: false },
  };
}

function killed(editor: Editor, start: number, end: number): Editor {
  if (start === end) return moved(editor, start);
  return { ...replaced(editor, start, end, ''), killed: editor.text.slice(start, end) };
}

function moved(editor: Editor, cursor: number): Editor {
  return { ...editor, cursor, goalColumn: undefined };
}

/** Moves a cursor that landed inside a label to the label's end in the direction of the motion. */
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
