import type { Span } from '../../style/line.js';
import type { Copying } from '../body.js';
import type { Highlighter } from './highlight.js';
import { type Draft, flow, type Run } from './runs.js';

export interface CodeOptions {
  /** The width in cells. */
  width: number;
  /** The code's offset in its message. */
  at: number;
  /** The text after the opening fence; the language comes first. */
  info: string;
  /** Draws the frame's upper edge. */
  opens: boolean;
  /** Draws the frame's lower edge. */
  closes: boolean;
  highlighter: Highlighter;
}

const EDGE: Span = ['dim', '│ '];
/** Replaces the edge in a row that continues a wrapped line. */
const CONTINUES: Span = ['dim', '↪ '];
const EDGE_CELLS = 2;
/** Replaces the upper edge in further rows of a long info text. */
const LABEL_CONTINUES = '  ';

const FRAME: Copying = { margin: Number.POSITIVE_INFINITY };

/** Returns code with an edge at its left. Long lines wrap; a mark replaces the edge in their further rows. */
export function codeDrafts(code: string, options: CodeOptions): Draft[] {
  const { at, info, opens, closes, highlighter } = options;
  const language = info.split(/\s/, 1)[0] ?? '';
  const width = options.width - EDGE_CELLS;
  const drafts: Draft[] = [];
  if (opens) drafts.push(...labelDrafts(info, width, at - 1));
  const text = code.endsWith('\n') ? code.slice(0, -1) : code;
  let from = at;
  for (const line of code === '' ? [] : highlighter.lines(text, language)) {
    let offset = from;
    const runs = line.map((piece): Run => {
      const run = { tone: piece.tone, text: piece.text, at: offset };
      offset += piece.text.length;
      return run;
    });
    const rows = flow(runs, { width, at: from, breakAt: 'cells' });
    for (const [index, row] of rows.entries())
      drafts.push({ ...row, line: [index === 0 ? EDGE : CONTINUES, ...row.line], margin: EDGE_CELLS });
    from = offset + 1;
  }
  if (closes) drafts.push({ line: [['dim', '└']], at: from, ...FRAME });
  return drafts;
}

function labelDrafts(info: string, width: number, at: number): Draft[] {
  if (info === '') return [{ line: [['dim', '┌']], at, ...FRAME }];
  return flow([{ tone: 'dim', text: info, at }], { width, at }).map(({ line }, index) => ({
    line: [['dim', index === 0 ? '┌ ' : LABEL_CONTINUES], ...line],
    at,
    ...FRAME,
  }));
}
