import { graphemeWidth, isNarrow, segments, shownLine } from '../../state/text/graphemes.js';
import type { Line } from '../style/line.js';
import type { Theme, Tone } from '../style/theme.js';

/** A line split into graphemes, each of one or more cells and in one style. */
export interface Cells {
  readonly graphemes: readonly string[];
  readonly tones: readonly Tone[];
  /** The column of each grapheme, and at the end the line's width. */
  readonly columns: readonly number[];
  /** The link of each grapheme; undefined when the line has no links. */
  readonly links: readonly (string | undefined)[] | undefined;
}

/**
 * Splits the line into graphemes of exactly `width` cells in all: the rest is cut off, and missing cells are blank.
 * Characters without a cell, such as controls, are left out.
 */
export function cellsOf(line: Line, width: number): Cells {
  const graphemes: string[] = [];
  const tones: Tone[] = [];
  const columns: number[] = [];
  const links = line.some((span) => typeof span !== 'string' && span[2] !== undefined)
    ? ([] as (string | undefined)[])
    : undefined;
  let column = 0;
  let link: string | undefined;
  const add = (grapheme: string, tone: Tone, cells: number): boolean => {
    if (column + cells > width) return false;
    links?.push(link);
    graphemes.push(grapheme);
    tones.push(tone);
    columns.push(column);
    column += cells;
    return true;
  };
  const addSpan = (tone: Tone, text: string): boolean => {
    if (isNarrow(text)) {
      for (const char of text) if (!add(char, tone, 1)) return false;
      return true;
    }
    // The line may still have tabs or bidirectional controls.
    for (const { segment } of segments(shownLine(text))) {
      const cells = graphemeWidth(segment, column);
      if (cells > 0 && !add(segment, tone, cells)) return false;
    }
    return true;
  };
  for (const span of line) {
    link = typeof span === 'string' ? undefined : span[2];
    const whole = typeof span === 'string' ? addSpan('plain', span) : addSpan(span[0], span[1]);
    if (!whole) break;
  }
  link = undefined;
  while (column < width) add(' ', 'plain', 1);
  columns.push(column);
  return { graphemes, tones, columns, links };
}

/** A half-open range of a line's graphemes. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * Returns the range of `after` that differs from `before`; undefined when both are equal. Both must have the same
 * width.
 */
export function changeIn(before: Cells, after: Cells): Stretch | undefined {
  const same = (a: number, b: number): boolean =>
    before.graphemes[a] === after.graphemes[b] &&
    before.tones[a] === after.tones[b] &&
    before.links?.[a] === after.links?.[b];
  let to = after.graphemes.length;
  let beforeTo = before.graphemes.length;
  let from = 0;
  while (from < to && same(from, from)) from += 1;
  if (from === to && from === beforeTo) return undefined;
  while (to > from && beforeTo > from && same(beforeTo - 1, to - 1)) {
    to -= 1;
    beforeTo -= 1;
  }
  return { from, to };
}

/** From this many cells on, erasing takes fewer bytes than blanks. */
const MANY_BLANKS = 5;

/**
 * Returns the output that paints a range, with the cursor at its first cell. Blanks at its end are erased, or left out
 * if the row is already `blank`.
 * @param left the column of the line's first cell
 */
export function paintCells(
  cells: Cells,
  { from, to }: Stretch,
  theme: Theme,
  left: number,
  blank = false,
): string {
  const { graphemes, tones, columns, links } = cells;
  let end = to;
  while (end > from && graphemes[end - 1] === ' ' && tones[end - 1] === 'plain') end -= 1;
  const anchors = isLoose(cells) ? anchorsOf(cells) : undefined;
  let painted = '';
  let place = from;
  while (place < end) {
    if (anchors?.has(place)) painted += toColumn(left + (columns[place] ?? 0));
    const tone = tones[place] ?? 'plain';
    const link = links?.[place];
    let text = '';
    do {
      text += graphemes[place] ?? '';
      place += 1;
    } while (place < end && tones[place] === tone && links?.[place] === link && !anchors?.has(place));
    painted += link === undefined ? theme(tone, text) : hyperlink(link, theme(tone, text));
  }
  if (blank) return painted;
  const blanks = (columns[to] ?? 0) - (columns[end] ?? 0);
  return painted + (blanks < MANY_BLANKS ? ' '.repeat(blanks) : erase(blanks));
}

/**
 * Returns the graphemes to which the cursor is moved explicitly, because the terminal may be in another column: a
 * table's border, and text after several blanks. With fewer blanks before it, such a grapheme could cover the end of a
 * text that the terminal draws wider.
 */
function anchorsOf({ graphemes, columns }: Cells): ReadonlySet<number> {
  const anchors = new Set<number>();
  let differs = false;
  let excess = 0;
  let blanks = 0;
  for (const [place, grapheme] of graphemes.entries()) {
    if (grapheme === ' ') {
      blanks += 1;
      continue;
    }
    if (differs && blanks >= Math.max(excess, grapheme === '│' ? 1 : 2)) {
      anchors.add(place);
      differs = false;
      excess = 0;
    }
    blanks = 0;
    if (SETTLED.test(grapheme)) continue;
    differs = true;
    excess += excessOf(grapheme, (columns[place + 1] ?? 0) - (columns[place] ?? 0));
  }
  return anchors;
}

/**
 * Returns by how many cells a terminal may draw a grapheme wider, because some terminals add up the widths of its
 * characters.
 */
function excessOf(grapheme: string, cells: number): number {
  let sum = 0;
  for (const character of grapheme) sum += graphemeWidth(character, 0);
  return Math.max(0, sum - cells);
}

/**
 * Returns a text with a link for the terminal. The id joins the pieces of a link that wraps over several rows.
 * @see https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda (OSC 8)
 */
function hyperlink(url: string, text: string): string {
  let id = 0;
  for (let at = 0; at < url.length; at += 1) id = (Math.imul(id, 31) + url.charCodeAt(at)) >>> 0;
  return `\x1b]8;id=${id.toString(36)};${url}\x1b\\${text}\x1b]8;;\x1b\\`;
}

/** Erases cells without moving the cursor. */
function erase(cells: number): string {
  return `\x1b[${cells}X`;
}

/** @param column from 0 */
export function toColumn(column: number): string {
  return `\x1b[${column + 1}G`;
}

/** Latin, Greek, Cyrillic, dashes, quotes, boxes, blocks and CJK: all terminals agree on their widths. */
const SETTLED =
  /^[\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2500-\u25fc\u3000-\u3029\u3030-\u3098\u309b-\u9fff\uac00-\ud7a3\uff01-\uff60]$/;

/** Whether terminals disagree on a grapheme's width, so that the text after it may be in other columns. */
export function isLoose({ graphemes }: Cells): boolean {
  return graphemes.some((grapheme) => !SETTLED.test(grapheme));
}
