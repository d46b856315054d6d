import { cellWidth, takeCells } from '../../state/text/graphemes.js';
import type { Tone } from './theme.js';

/** A piece of a line in one style, which the terminal may open an address for. A plain string is a piece in none. */
export type Span = string | readonly [tone: Tone, text: string, href?: string];

/** One line of the screen, without tabs and control characters. */
export type Line = readonly Span[];

const ELLIPSIS = '…';

function textOf(span: Span): string {
  return typeof span === 'string' ? span : span[1];
}

/** The line without styles. */
export function plainText(line: Line): string {
  return line.map(textOf).join('');
}

/** Terminal cells of a line. */
export function lineWidth(line: Line): number {
  let width = 0;
  for (const span of line) width += cellWidth(textOf(span));
  return width;
}

/** The line cut to `width` cells; an ellipsis tells that there was more. */
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

/** The line in exactly `width` cells. */
export function fill(line: Line, width: number): Line {
  const shown = cut(line, width);
  const missing = width - lineWidth(shown);
  return missing > 0 ? [...shown, ' '.repeat(missing)] : shown;
}

/** Two lines in one of `width` cells, one at each end. When both don't fit, the right one goes. */
export function spread(left: Line, right: Line, width: number): Line {
  const gap = width - lineWidth(left) - lineWidth(right);
  return gap < 1 ? fill(left, width) : [...left, ' '.repeat(gap), ...right];
}

/** Items side by side, as many from the first on as fit. */
export function joinThatFit(items: readonly Line[], width: number, separator: Span = '  '): Line {
  let joined: Line = [];
  for (const item of items) {
    const next = joined.length === 0 ? item : [...joined, separator, ...item];
    if (lineWidth(next) > width) break;
    joined = next;
  }
  return joined;
}

/** Where text is typed in a line. */
export const CARET: Span = ['accent', '▏'];

/** The caret's cell in these lines; undefined when none has it. The terminal's cursor belongs there. */
export function caretPlace(lines: readonly Line[]): { x: number; y: number } | undefined {
  for (const [y, line] of lines.entries()) {
    const at = line.findIndex((span) => typeof span !== 'string' && span[1] === CARET[1]);
    if (at >= 0) return { x: lineWidth(line.slice(0, at)), y };
  }
  return undefined;
}
