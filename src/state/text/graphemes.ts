import stringWidth from 'string-width';
import { bidiMark } from '../../common/text/bidi.js';

let segmenter: Intl.Segmenter | undefined;
const TAB_STOP = 4;
/** The cache's limit. A text repeats few distinct non-ASCII graphemes, so caching more of them gains nothing. */
const MAX_CACHED_WIDTHS = 4096;
/** How far `previousBoundary` looks back, in UTF-16 units. The sanitizer makes every grapheme shorter than this. */
const LOOK_BACK = 128;

/**
 * Matches texts whose characters are one cell wide and never join into one grapheme. The class has all characters that
 * the interface draws. Such texts need neither segmenter nor string-width, whose Unicode data takes tens of ms to load.
 */
const NARROW =
  /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u2190-\u21ff\u2500-\u25fc\u2713\u2717]*$/;

const widths = new Map<string, number>();

/** Whether each character of `text` is one grapheme of one cell. */
export function isNarrow(text: string): boolean {
  return NARROW.test(text);
}

/** Returns the graphemes of `text` with their offsets in UTF-16 units. */
export function segments(text: string): Iterable<{ segment: string; index: number }> {
  // Created when first needed: its data takes some ms to load, and the first frame doesn't need it.
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return segmenter.segment(text);
}

/** Whether a text is exactly one grapheme. */
export function isOneGrapheme(text: string): boolean {
  if (text.length < 2) return text.length === 1;
  for (const { segment } of segments(text.slice(0, LOOK_BACK))) return segment.length === text.length;
  return false;
}

/**
 * Returns the cells of a grapheme at `column`. A tab extends to its stop; a bidirectional control is as wide as its
 * mark.
 */
export function graphemeWidth(grapheme: string, column: number): number {
  if (grapheme === '\t') return TAB_STOP - (column % TAB_STOP);
  if (grapheme.length === 1 && ((grapheme >= ' ' && grapheme <= '~') || isNarrow(grapheme))) return 1;
  const known = widths.get(grapheme);
  if (known !== undefined) return known;
  if (widths.size >= MAX_CACHED_WIDTHS) widths.clear();
  const width = bidiMark(grapheme)?.length ?? stringWidth(grapheme) + furtherLetters(grapheme);
  widths.set(grapheme, width);
  return width;
}

/**
 * Matches letters after the first one, except those that string-width counts: Hangul, and half-width and full-width
 * forms.
 */
const FURTHER_LETTERS = /(?<!^)(?!\p{Script=Hangul}|[\uff00-\uffef])\p{L}/gu;

/**
 * Returns the cells of the letters after a grapheme's first one, e.g. those joined by a virama: most terminals give
 * each letter its own cells.
 */
function furtherLetters(grapheme: string): number {
  return stringWidth((grapheme.match(FURTHER_LETTERS) ?? []).join(''));
}

/** Returns the cells that a line takes on the screen. */
export function cellWidth(line: string): number {
  if (isNarrow(line)) return line.length;
  let column = 0;
  for (const { segment } of segments(line)) column += graphemeWidth(segment, column);
  return column;
}

const UNSEEN = /[\t\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** Returns the line as the screen shows it: tabs become spaces and bidirectional controls become marks. */
export function shownLine(line: string): string {
  if (!UNSEEN.test(line)) return line;
  let shown = '';
  let column = 0;
  for (const { segment } of segments(line)) {
    const width = graphemeWidth(segment, column);
    shown += segment === '\t' ? ' '.repeat(width) : (bidiMark(segment) ?? segment);
    column += width;
  }
  return shown;
}

/** Returns the longest beginning of a line that fits into `width` cells. */
export function takeCells(line: string, width: number): string {
  if (isNarrow(line)) return line.slice(0, Math.max(0, width));
  let column = 0;
  for (const { segment, index } of segments(line)) {
    column += graphemeWidth(segment, column);
    if (column > width) return line.slice(0, index);
  }
  return line;
}

/** Returns the offset of the grapheme before `offset`; 0 at the start. */
export function previousBoundary(text: string, offset: number): number {
  let from = Math.max(0, offset - LOOK_BACK);
  if (isLowSurrogate(text, from)) from += 1;
  let last = from;
  for (const { index } of segments(text.slice(from, offset))) last = from + index;
  return last;
}

/** Returns the offset after the grapheme at `offset`; the text's length at the end. */
export function nextBoundary(text: string, offset: number): number {
  for (const { segment } of segments(text.slice(offset, offset + LOOK_BACK))) return offset + segment.length;
  return text.length;
}

/** Moves an offset inside a grapheme to the grapheme's end. */
export function snapToBoundary(text: string, offset: number): number {
  if (offset <= 0) return 0;
  if (offset >= text.length) return text.length;
  const start = previousBoundary(text, offset);
  return Math.max(offset, nextBoundary(text, start));
}

function isLowSurrogate(text: string, offset: number): boolean {
  const unit = text.charCodeAt(offset);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
