import type { Line } from '../style/line.js';
import type { Theme } from '../style/theme.js';
import { type Cells, cellsOf, changeIn, paintCells, toColumn } from './cells.js';

/** Cells from a top left. */
export interface Position {
  x: number;
  y: number;
}

/** Rows in a place of the screen; no two regions overlap. */
export interface Region {
  /** Where their top left is. Asked for each frame: a neighbour that grows moves a region. */
  place: () => Position;
  rows: readonly Line[];
  /** Cells of each row. */
  width: number;
  /** Where the terminal's cursor stands, from the region's top left [not in this one]. */
  cursor?: Position | undefined;
}

/** Part of a row of the screen. */
interface Segment {
  readonly left: number;
  readonly width: number;
  readonly line: Line;
  /** The line's, kept from when they were needed. */
  cells?: Cells | undefined;
}

/** A row of the screen, from left to right; what lies between its segments is blank. */
export type Row = readonly Segment[];

export interface Frame {
  rows: readonly Row[];
  /** What brings the cursor to its place; undefined when it has none. */
  cursor: string | undefined;
}

/** All regions on a screen of this size; what is beyond it is left out. */
export function compose(regions: Iterable<Region>, size: { columns: number; rows: number }): Frame {
  const rows: Segment[][] = Array.from({ length: size.rows }, () => []);
  let cursor: string | undefined;
  for (const region of regions) {
    const { x: left, y: top } = region.place();
    const width = Math.min(region.width, size.columns - left);
    if (width <= 0) continue;
    for (const [index, line] of region.rows.entries()) rows[top + index]?.push({ left, width, line });
    if (region.cursor !== undefined) cursor = goTo(left + region.cursor.x, top + region.cursor.y);
  }
  for (const row of rows) row.sort((a, b) => a.left - b.left);
  return { rows, cursor };
}

/** What turns the row `y` of the screen from `before` into `after`. @param before undefined: not known */
export function updateRow(before: Row | undefined, after: Row, y: number, theme: Theme): string {
  if (before === undefined || !haveSameShape(before, after)) return wholeRow(after, y, theme);
  let output = '';
  for (const [index, segment] of after.entries()) {
    const old = before[index];
    if (old === undefined || old.line === segment.line) {
      segment.cells = old?.cells;
      continue;
    }
    const cells = cellsIn(segment);
    const change = changeIn(cellsIn(old), cells);
    if (change === undefined) continue;
    output += goTo(segment.left + (cells.columns[change.from] ?? 0), y) + paintCells(cells, change, theme);
  }
  return output;
}

function wholeRow(row: Row, y: number, theme: Theme): string {
  let output = `${goTo(0, y)}\x1b[K`;
  for (const segment of row) {
    const cells = cellsIn(segment);
    const all = { from: 0, to: cells.graphemes.length };
    const painted = paintCells(cells, all, theme, true);
    if (painted !== '') output += toColumn(segment.left) + painted;
  }
  return output;
}

function cellsIn(segment: Segment): Cells {
  segment.cells ??= cellsOf(segment.line, segment.width);
  return segment.cells;
}

function haveSameShape(before: Row, after: Row): boolean {
  return (
    before.length === after.length &&
    after.every(({ left, width }, index) => before[index]?.left === left && before[index]?.width === width)
  );
}

/** @param x column, from 0 */
function goTo(x: number, y: number): string {
  return `\x1b[${y + 1};${x + 1}H`;
}
