import { cellWidth, takeCells } from '../../state/text/graphemes.js';
import type { Tone } from './theme.js';

/** A piece of a line in one style, with an optional link. A plain string has no style. */
export type Span = string | readonly [tone: Tone, text: string, href?: string];

/** One line of the screen, without tabs and control characters. */
export type Line = readonly Span[];

const ELLIPSIS = '…';

/** Returns the text of a span without its style. */
export function textOf(span: Span): string {
  return typeof span === 'string' ? span : span[1];
}

/** Returns the line's text without styles. */
export function plainText(line: Line): string {
  return line.map(textOf).join('');
}

/** Returns the width of a line in cells. */
export function lineWidth(line: Line): number {
  let width = 0;
  for (const span of line) width += cellWidth(textOf(span));
  return width;
}

/** Cuts the line to `width` cells; an ellipsis marks the cut. */
export function cut(line: Line, width: number): Line {
  if (lineWidth(line) <= width) return line;
  if (width <= 0) return [];
  const kept: Span[] = [];
  let left = width - 1;
  for (const span of line) {
    const text = textOf(span);
    const taken = takeCells(text, left);
    const shown = taken.length < text.length ? taken + ELLIPSIS : taken;
    kept.push(
      typeof span === 'string' ? shown : span[2] === undefined ? [span[0], shown] : [span[0], shown, span[2]],
    );
    left -= cellWidth(taken);
    if (taken.length < text.length) break;
  }
  return kept;
}

/** Cuts or pads the line to exactly `width` cells. */
export function fill(line: Line, width: number): Line {
  const shown = cut(line, width);
  const missing = width - lineWidth(shown);
  return missing > 0 ? [...shown, ' '.repeat(missing)] : shown;
}

/**
 * Returns a line of `width` cells with `left` and `right` at its ends. If they don't fit together, `right` is left out.
 */
export function spread(left: Line, right: Line, width: number): Line {
  const gap = width - lineWidth(left) - lineWidth(right);
  return gap < 1 ? fill(left, width) : [...left, ' '.repeat(gap), ...right];
}

/** Joins as many of the first items as fit. */
export function joinThatFit(items: readonly Line[], width: number, separator: Span = '  '): Line {
  let joined: Line = [];
  for (const item of items) {
    const next = joined.length === 0 ? item : [...joined, separator, ...item];
    if (lineWidth(next) > width) break;
    joined = next;
  }
  return joined;
}

/** The caret of a text field. */
export const CARET: Span = ['accent', '▏'];

/** Returns the caret's cell in these lines, for the terminal's cursor; undefined when there is no caret. */
export function caretPlace(lines: readonly Line[]): { x: number; y: number } | undefined {
  for (const [y, line] of lines.entries()) {
    const at = line.findIndex((span) => typeof span !== 'string' && span[1] === CARET[1]);
    if (at >= 0) return { x: lineWidth(line.slice(0, at)), y };
  }
  return undefined;
}
