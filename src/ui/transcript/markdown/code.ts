import type { Span } from '../../style/line.js';
import type { Highlighter } from './highlight.js';
import { type Draft, flow, type Run } from './runs.js';

export interface CodeOptions {
  /** Cells. */
  width: number;
  /** Where the code begins in its message. */
  at: number;
  /** What stands behind the opening fence, the language first. */
  info: string;
  /** With the frame's upper edge. */
  opens: boolean;
  /** With its lower edge. */
  closes: boolean;
  highlighter: Highlighter;
}

const EDGE: Span = ['dim', '│ '];
/** In place of the edge: the row goes on with the line before. */
const CONTINUES: Span = ['dim', '↪ '];
const EDGE_CELLS = 2;
/** In place of the upper edge, where what the fence says takes more than one row. */
const LABEL_CONTINUES = '  ';

/** Code as it was written, in a frame that is only an edge; long lines go on in rows with a mark. */
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
      drafts.push({ line: [index === 0 ? EDGE : CONTINUES, ...row.line], at: row.at });
    from = offset + 1;
  }
  if (closes) drafts.push({ line: [['dim', '└']], at: from });
  return drafts;
}

function labelDrafts(info: string, width: number, at: number): Draft[] {
  if (info === '') return [{ line: [['dim', '┌']], at }];
  return flow([{ tone: 'dim', text: info, at }], { width, at }).map(({ line }, index) => ({
    line: [['dim', index === 0 ? '┌ ' : LABEL_CONTINUES], ...line],
    at,
  }));
}
