import { count } from '../text/count.js';

/** A long paste. The draft shows its label; the request carries its text. */
export interface Fold {
  readonly label: string;
  readonly text: string;
  /** The end of the label of every fold except the first. */
  readonly number: string;
  /** The number of newlines in `text`. Counting again for each part of a long paste would be slow. */
  readonly newlines: number;
}

/** A label's range in the draft. */
export interface FoldPlace {
  readonly start: number;
  readonly end: number;
  readonly fold: Fold;
}

const FOLD_FROM_LINES = 13;
const FOLD_FROM_LENGTH = 4000;

/** Folds a long pasted text into a label that no other fold has; a short text is shown unchanged. */
export function foldPaste(text: string, folds: readonly Fold[]): { shown: string; folds: readonly Fold[] } {
  const newlines = newlinesIn(text);
  if (linesOf(newlines, text) < FOLD_FROM_LINES && text.length < FOLD_FROM_LENGTH)
    return { shown: text, folds };
  const known = folds.find((fold) => fold.text === text);
  if (known !== undefined) return { shown: known.label, folds };
  const number = folds.length === 0 ? '' : ` #${folds.length + 1}`;
  const fold = { label: labelOf(linesOf(newlines, text), text.length, number), text, number, newlines };
  return { shown: fold.label, folds: [...folds, fold] };
}

/** Returns the fold with more text at its end. Never reads the earlier text, which is long. */
export function grownFold({ text: before, newlines: counted, number }: Fold, more: string): Fold {
  const text = before + more;
  const newlines = counted + newlinesIn(more);
  return { label: labelOf(linesOf(newlines, more), text.length, number), text, number, newlines };
}

function labelOf(lines: number, length: number, number: string): string {
  return `[pasted ${lines > 1 ? `${count(lines)} lines` : `${count(length)} characters`}${number}]`;
}

/** Returns the labels in a draft, in order. A label that the user has edited is plain text. */
export function foldPlaces(text: string, folds: readonly Fold[] = []): readonly FoldPlace[] {
  const places: FoldPlace[] = [];
  for (const fold of folds) {
    const { length } = fold.label;
    // The same text pasted twice has the same label twice.
    for (let start = text.indexOf(fold.label); start >= 0; start = text.indexOf(fold.label, start + length))
      places.push({ start, end: start + length, fold });
  }
  return places.sort((one, other) => one.start - other.start);
}

/** Replaces each label in the draft by its text. */
export function unfolded(text: string, folds: readonly Fold[] = []): string {
  let whole = '';
  let from = 0;
  for (const { start, end, fold } of foldPlaces(text, folds)) {
    whole += text.slice(from, start) + fold.text;
    from = end;
  }
  return whole + text.slice(from);
}

/** A newline at the end does not begin another line. */
function linesOf(newlines: number, end: string): number {
  return newlines + (end.endsWith('\n') ? 0 : 1);
}

function newlinesIn(text: string): number {
  let newlines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) newlines += 1;
  return newlines;
}
