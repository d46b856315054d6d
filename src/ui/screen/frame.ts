import type { Line } from '../style/line.js';
import type { Theme } from '../style/theme.js';
import { type Cells, cellsOf, changeIn, isLoose, paintCells, toColumn } from './cells.js';

/** A position in cells, from the top left. */
export interface Position {
  x: number;
  y: number;
}

/** Rows in an area of the screen; regions never overlap. */
export interface Region {
  /**
   * Returns the position of the region's top left. It is called for each frame, because a growing neighbour moves a
   * region.
   */
  place: () => Position;
  rows: readonly Line[];
  /** The width of each row in cells. */
  width: number;
  /** The terminal's cursor, from the region's top left [it is elsewhere]. */
  cursor?: Position | undefined;
}

/** A part of a row of the screen. */
interface Segment {
  readonly left: number;
  readonly width: number;
  readonly line: Line;
  /** The line's cells, cached after the first use. */
  cells?: Cells | undefined;
}

/** A row of the screen from left to right, blank between its segments. */
export type Row = readonly Segment[];

export interface Frame {
  rows: readonly Row[];
  /** The sequence that moves the cursor to its position; undefined when it is hidden. */
  cursor: string | undefined;
}

/** Puts all regions onto a screen of this size. Parts outside of it are left out. */
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

/** Returns the output that changes row `y` from `before` to `after`. @param before undefined when unknown */
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
    // The terminal may draw the segment's text wider, over the segments beside it. So write the whole row.
    if (isLoose(cells) || isLoose(cellsIn(old))) return wholeRow(after, y, theme);
    const { left } = segment;
    output += goTo(left + (cells.columns[change.from] ?? 0), y) + paintCells(cells, change, theme, left);
  }
  return output;
}

/** At the screen's edge, further characters overwrite the last one instead of wrapping to the next row. */
const WRAP_OFF = '\x1b[?7l';
const WRAP_ON = '\x1b[?7h';
/** Erases from the cursor to the row's end. */
const ERASE_REST = '\x1b[K';

function wholeRow(row: Row, y: number, theme: Theme): string {
  let output = `${goTo(0, y)}${ERASE_REST}`;
  let overflows = false;
  for (const segment of row) {
    const cells = cellsIn(segment);
    const all = { from: 0, to: cells.graphemes.length };
    const painted = paintCells(cells, all, theme, segment.left, true);
    // The terminal may have drawn the segment before this one wider, into this one.
    if (overflows) output += `${toColumn(segment.left)}${ERASE_REST}${painted}`;
    else if (painted !== '') output += toColumn(segment.left) + painted;
    overflows ||= isLoose(cells);
  }
  return overflows ? WRAP_OFF + output + WRAP_ON : output;
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
