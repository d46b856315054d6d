import { cellWidth, shownLine } from '../../../state/text/graphemes.js';
import { wrapLine } from '../../../state/text/wrap.js';
import type { Line, Span } from '../../style/line.js';
import type { Tone } from '../../style/theme.js';
import type { Copying } from '../body.js';

/** Text in one style, with its offset in its message. */
export interface Run {
  readonly tone: Tone;
  readonly text: string;
  readonly at: number;
  /** The link that the terminal opens [none]. */
  readonly href?: string;
  /** The address to show below the text [none]. */
  readonly target?: string;
}

/** A row with its offset in its message. */
export interface Draft extends Copying {
  readonly line: Line;
  readonly at: number;
}

export interface FlowOptions {
  /** The width in cells. */
  width: number;
  /** The offset of rows without text. */
  at: number;
  breakAt?: 'words' | 'cells';
}

/** Wraps styled text into rows of at most `width` cells. A newline begins a new row. */
export function flow(runs: readonly Run[], { width, at, breakAt = 'words' }: FlowOptions): Draft[] {
  return linesOf(runs).flatMap((line) => {
    const text = line.map((run) => run.text).join('');
    let shown = 0;
    return wrapLine(text, { width: Math.max(1, width), at: breakAt }).map(({ start, end }) => {
      const copying = start === 0 ? undefined : { glue: text.slice(shown, start) };
      shown = breakAt === 'words' ? start + text.slice(start, end).trimEnd().length : end;
      return { line: spansOf(line, start, shown), at: placeOf(line, start) ?? at, ...copying };
    });
  });
}

/** Returns the rows below a text with the addresses of its links. */
export function targetDrafts(runs: readonly Run[], { width, at }: { width: number; at: number }): Draft[] {
  const targets = new Set(runs.flatMap(({ target }) => target ?? []));
  return [...targets].flatMap((target) =>
    flow([{ tone: 'dim', text: `↗ ${target}`, at }], { width, at, breakAt: 'cells' }),
  );
}

/** Returns the widest word and the widest line, in cells. */
export function extent(runs: readonly Run[]): { word: number; line: number } {
  const text = runs.map((run) => run.text).join('');
  const widest = (parts: readonly string[]): number => Math.max(0, ...parts.map(cellWidth));
  return { word: widest(text.split(/\s+/)), line: widest(text.split('\n')) };
}

function linesOf(runs: readonly Run[]): Run[][] {
  let line: Run[] = [];
  const lines = [line];
  for (const { tone, text, at, href } of runs) {
    let offset = at;
    const link = href === undefined ? undefined : { href };
    for (const [index, part] of text.split('\n').entries()) {
      if (index > 0) {
        line = [];
        lines.push(line);
      }
      if (part !== '') line.push({ tone, text: shownLine(part), at: offset, ...link });
      offset += part.length + 1;
    }
  }
  return lines;
}

function spansOf(runs: readonly Run[], start: number, end: number): Line {
  const spans: Span[] = [];
  let from = 0;
  for (const { tone, text, href } of runs) {
    const part = text.slice(Math.max(0, start - from), Math.max(0, end - from));
    if (part !== '')
      spans.push(href !== undefined ? [tone, part, href] : tone === 'plain' ? part : [tone, part]);
    from += text.length;
  }
  return spans;
}

function placeOf(runs: readonly Run[], offset: number): number | undefined {
  let from = 0;
  for (const { text, at } of runs) {
    if (offset < from + text.length) return at + offset - from;
    from += text.length;
  }
  const last = runs.at(-1);
  return last === undefined ? undefined : last.at + last.text.length;
}
