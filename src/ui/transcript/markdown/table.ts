import type { Tokens } from 'marked';
import { type Line, lineWidth } from '../../style/line.js';
import { type InlineLook, inlineRuns } from './inline.js';
import { type Draft, extent, flow, type Run, targetDrafts } from './runs.js';

type Align = 'center' | 'left' | 'right' | null;

interface Row {
  readonly at: number;
  readonly cells: readonly (readonly Run[])[];
}

const SEPARATOR = ' │ ';
/** Narrower columns are hard to read; then each row becomes a list of cells. */
const MIN_COLUMN = 6;

export interface TableOptions extends InlineLook {
  /** The width in cells. */
  width: number;
  /** The table's offset in its message. */
  at: number;
}

/** Returns a table in `width` cells. Its cells wrap; if columns would be too narrow, cells go one below the other. */
export function tableDrafts(table: Tokens.Table, options: TableOptions): Draft[] {
  const all = rowsOf(table, options);
  const runs = all.flatMap(({ cells }) => cells.flat());
  return [
    ...laidOut(table, all, options.width),
    ...targetDrafts(runs, { width: options.width, at: all.at(-1)?.at ?? options.at }),
  ];
}

function laidOut(table: Tokens.Table, [header, ...rows]: readonly Row[], width: number): Draft[] {
  if (header === undefined) return [];
  const columns = columnWidths([header, ...rows], width);
  if (columns === undefined) {
    if (rows.length === 0) return header.cells.flatMap((cell) => flow(cell, { width, at: header.at }));
    return rows.flatMap((row, index) => recordDrafts(header, row, index > 0, width));
  }
  const rule: Line = [['dim', columns.map((cells) => '─'.repeat(cells)).join('─┼─')]];
  return [
    ...rowDrafts(header, columns, table.align),
    { line: rule, at: header.at },
    ...rows.flatMap((row) => rowDrafts(row, columns, table.align)),
  ];
}

/** Returns the rows with their offsets. Each line of the source is one row. */
function rowsOf(table: Tokens.Table, { at, ...look }: TableOptions): Row[] {
  const lines = table.raw.split('\n');
  const starts: number[] = [];
  let from = at;
  for (const line of lines) {
    starts.push(from);
    from += line.length + 1;
  }
  return [table.header, ...table.rows].map((cells, index) => {
    const start = starts[index === 0 ? 0 : index + 1] ?? from;
    return {
      at: start,
      cells: cells.map(({ tokens }) => inlineRuns(tokens, start, look, index === 0 ? 'bold' : 'plain')),
    };
  });
}

/**
 * Returns the columns' full widths if they fit, else with the widest columns narrowed; undefined if that isn't enough.
 */
function columnWidths(rows: readonly Row[], width: number): number[] | undefined {
  const count = rows[0]?.cells.length ?? 0;
  const room = width - SEPARATOR.length * (count - 1);
  const wanted = Array.from({ length: count }, (_, column) =>
    Math.max(1, ...rows.map(({ cells }) => extent(cells[column] ?? []).line)),
  );
  let level = Math.max(...wanted);
  const total = (): number => wanted.reduce((sum, cells) => sum + Math.min(cells, level), 0);
  while (total() > room && level > 0) level -= 1;
  if (level < MIN_COLUMN && level < Math.max(...wanted)) return undefined;
  return wanted.map((cells) => Math.min(cells, level));
}

function rowDrafts(row: Row, columns: readonly number[], align: readonly Align[]): Draft[] {
  const cells = columns.map((width, column) => flow(row.cells[column] ?? [], { width, at: row.at }));
  const height = Math.max(1, ...cells.map((cell) => cell.length));
  return Array.from({ length: height }, (_, index) => ({
    at: row.at,
    line: columns.flatMap((width, column): Line => {
      const line = cells[column]?.[index]?.line ?? [];
      const isLast = column === columns.length - 1;
      const aligned = alignedLine(line, width, align[column] ?? null, isLast);
      return column === 0 ? aligned : [['dim', SEPARATOR], ...aligned];
    }),
  }));
}

function alignedLine(line: Line, width: number, align: Align, isLast: boolean): Line {
  const missing = Math.max(0, width - lineWidth(line));
  const before = align === 'right' ? missing : align === 'center' ? Math.floor(missing / 2) : 0;
  const after = isLast ? 0 : missing - before;
  return [...(before > 0 ? [' '.repeat(before)] : []), ...line, ...(after > 0 ? [' '.repeat(after)] : [])];
}

/** Returns a row of a table as lines of `column: value`. */
function recordDrafts(header: Row, row: Row, apart: boolean, width: number): Draft[] {
  const drafts = row.cells.flatMap((cell, column) => {
    const name = header.cells[column] ?? [];
    const label: Run[] = name.length === 0 ? [] : [...name, { tone: 'dim', text: ': ', at: row.at }];
    return flow([...label, ...cell], { width, at: row.at });
  });
  return apart ? [{ line: [], at: row.at }, ...drafts] : drafts;
}
