import { graphemeWidth, isPlainAscii, segments } from '../../state/text/graphemes.js';
import type { Line } from '../line.js';
import type { Theme, Tone } from '../theme.js';

/** What is in each place of a line: one grapheme of one cell or more, in one style. */
export interface Cells {
  readonly graphemes: readonly string[];
  readonly tones: readonly Tone[];
  /** The column of each, and behind the last one the line's width. */
  readonly columns: readonly number[];
}

/**
 * The line in exactly `width` cells: what is beyond is left out, what is missing is blank. What takes no cell,
 * control characters among it, is left out too.
 */
export function cellsOf(line: Line, width: number): Cells {
  const graphemes: string[] = [];
  const tones: Tone[] = [];
  const columns: number[] = [];
  let column = 0;
  const add = (grapheme: string, tone: Tone, cells: number): boolean => {
    if (column + cells > width) return false;
    graphemes.push(grapheme);
    tones.push(tone);
    columns.push(column);
    column += cells;
    return true;
  };
  const addSpan = (tone: Tone, text: string): boolean => {
    if (isPlainAscii(text)) {
      for (const char of text) if (!add(char, tone, 1)) return false;
      return true;
    }
    for (const { segment } of segments(text)) {
      const cells = graphemeWidth(segment, column);
      if (cells > 0 && !add(segment, tone, cells)) return false;
    }
    return true;
  };
  for (const span of line) {
    const whole = typeof span === 'string' ? addSpan('plain', span) : addSpan(span[0], span[1]);
    if (!whole) break;
  }
  while (column < width) add(' ', 'plain', 1);
  columns.push(column);
  return { graphemes, tones, columns };
}

/** Places of a line, `to` not among them. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * The one stretch of `after` in which it is not `before`, which has the same width; undefined when they are the
 * same. What stands beside a grapheme on whose width terminals disagree counts as changed: it may be elsewhere.
 */
export function changeIn(before: Cells, after: Cells): Stretch | undefined {
  const same = (a: number, b: number): boolean =>
    before.graphemes[a] === after.graphemes[b] && before.tones[a] === after.tones[b];
  const length = after.graphemes.length;
  let from = 0;
  while (from < length && same(from, from)) from += 1;
  if (from === length && before.graphemes.length === length) return undefined;
  const moved = after.graphemes.findIndex((grapheme, place) => place < from && !isSettled(grapheme));
  if (moved >= 0) from = moved;
  let to = length;
  let beforeTo = before.graphemes.length;
  while (
    to > from &&
    beforeTo > from &&
    same(beforeTo - 1, to - 1) &&
    isSettled(after.graphemes[to - 1] ?? '')
  ) {
    to -= 1;
    beforeTo -= 1;
  }
  return { from, to };
}

/** Erasing this many cells takes fewer bytes than as many blanks. */
const MANY_BLANKS = 5;

/**
 * A stretch as it is written with the cursor at its first cell, in column `left` of the screen plus its own. Blanks
 * at its end are erased, or left out where the row is `blank` already.
 */
export function paintCells(
  { graphemes, tones, columns }: Cells,
  { from, to }: Stretch,
  { left, theme, blank }: { left: number; theme: Theme; blank: boolean },
): string {
  let end = to;
  while (end > from && graphemes[end - 1] === ' ' && tones[end - 1] === 'plain') end -= 1;
  let painted = '';
  let place = from;
  while (place < end) {
    const tone = tones[place] ?? 'plain';
    let text = '';
    for (; place < end && tones[place] === tone; place += 1) {
      const grapheme = graphemes[place] ?? '';
      text += isSettled(grapheme) ? grapheme : grapheme + toColumn(left + (columns[place + 1] ?? 0));
    }
    painted += theme(tone, text);
  }
  const blanks = (columns[to] ?? 0) - (columns[end] ?? 0);
  if (blank || blanks === 0) return painted;
  return painted + (blanks < MANY_BLANKS ? ' '.repeat(blanks) : `\x1b[${blanks}X`);
}

/** @param column from 0 */
export function toColumn(column: number): string {
  return `\x1b[${column + 1}G`;
}

/** Latin, Greek, Cyrillic, dashes and quotes, boxes and blocks, CJK: of one width everywhere, unlike emoji and marks. */
const SETTLED =
  /^[\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2500-\u25fc\u3000-\u3029\u3030-\u3098\u309b-\u9fff\uac00-\ud7a3\uff01-\uff60]$/;

function isSettled(grapheme: string): boolean {
  return SETTLED.test(grapheme);
}
