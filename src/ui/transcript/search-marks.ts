import { type Line, plainText, type Span, textOf } from '../style/line.js';
import type { Tone } from '../style/theme.js';
import type { Row } from './body.js';

/** A half-open range of a row's text, and its style. */
interface Mark {
  readonly start: number;
  readonly end: number;
  readonly tone: Tone;
}

/**
 * The position of a row's text in its wrapped line. The text begins at `from` in the line, and after `margin`
 * characters in the row.
 */
interface Part {
  readonly index: number;
  readonly margin: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Returns the rows' lines with the pattern's matches marked, also those that continue in the next row of a wrapped
 * line.
 * @param current the index of the row in which the current match begins
 */
export function markMatches(rows: readonly Row[], pattern: RegExp, current: number | undefined): Line[] {
  const lines = rows.map(({ line }) => line);
  for (let next = 0; next < rows.length; ) {
    const { text, parts } = wrappedLine(rows, next);
    next += parts.length;
    const matches = Array.from(text.matchAll(pattern), ({ index, 0: { length } }) => {
      const first = parts.find(({ to }) => index < to);
      const tone: Tone = first?.index === current ? 'current-match' : 'match';
      return { start: index, end: index + length, tone };
    });
    for (const { index, margin, from, to } of parts) {
      const inRow = matches
        .filter(({ start, end }) => start < to && end > from)
        .map((match) => ({ ...match, start: match.start - from + margin, end: match.end - from + margin }));
      lines[index] = withMarks(lines[index] ?? [], margin, inRow);
    }
  }
  return lines;
}

function wrappedLine(rows: readonly Row[], first: number): { text: string; parts: Part[] } {
  let text = '';
  const parts: Part[] = [];
  for (let index = first; index < rows.length; index += 1) {
    const row = rows[index];
    if (row === undefined || (index > first && row.glue === undefined)) break;
    // A margin has one character in each cell. The label of code is not text, but is marked, too.
    const margin = Number.isFinite(row.margin) ? (row.margin ?? 0) : 0;
    if (index > first) text += row.glue;
    const from = text.length;
    text += plainText(row.line).slice(margin);
    parts.push({ index, margin, from, to: text.length });
  }
  return { text, parts };
}

function withMarks(line: Line, margin: number, marks: readonly Mark[]): Line {
  if (marks.length === 0) return line;
  const marked: Span[] = [];
  let from = 0;
  for (const span of line) {
    const part = textOf(span);
    const style = typeof span === 'string' ? 'plain' : span[0];
    const href = typeof span === 'string' ? undefined : span[2];
    const piece = (look: Tone, text: string): Span =>
      href === undefined ? [look, text] : [look, text, href];
    let at = 0;
    for (const { start, end, tone } of marks) {
      const first = Math.max(at, Math.max(start, margin) - from);
      const last = Math.min(part.length, end - from);
      if (first >= last) continue;
      marked.push(piece(style, part.slice(at, first)), piece(tone, part.slice(first, last)));
      at = last;
    }
    marked.push(piece(style, part.slice(at)));
    from += part.length;
  }
  return marked.filter((span) => textOf(span) !== '');
}
