const EIGHTHS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const MARK = '│';

export interface PlotOptions {
  /** Columns and rows of the plot itself. */
  readonly width: number;
  readonly height: number;
  /** How several values become one column: by the highest, or by the mean. */
  readonly joined: 'most' | 'mean';
  /** The indexes of values that get a vertical line. */
  readonly marks?: readonly number[];
}

/** A plot drawn with characters. */
export interface Plot {
  /** From the top. */
  readonly rows: readonly string[];
  /** The value at the top of the plot. */
  readonly top: number;
}

/**
 * Draws bars from zero, one column for each value. If there are more values than columns, neighbours are joined. Null
 * means no value.
 */
export function plot(
  values: readonly (number | null)[],
  { width, height, joined, marks = [] }: PlotOptions,
): Plot {
  const each = Math.max(1, Math.ceil(values.length / width));
  const columns = Array.from({ length: Math.ceil(values.length / each) }, (_, column) =>
    join(values.slice(column * each, (column + 1) * each), joined),
  );
  const top = niceTop(Math.max(0, ...columns.map((value) => value ?? 0)));
  const marked = new Set(marks.map((mark) => Math.floor(mark / each)));
  const rows = Array.from({ length: height }, (_, row) => {
    const below = height - 1 - row;
    return columns
      .map((value, column) => {
        const eighths = value === null ? 0 : Math.round((value / top) * height * 8);
        // A value above zero must be visible.
        const filled = Math.max(value !== null && value > 0 ? 1 : 0, eighths) - below * 8;
        const cell = EIGHTHS[Math.max(0, Math.min(8, filled))] ?? ' ';
        return cell === ' ' && marked.has(column) ? MARK : cell;
      })
      .join('');
  });
  return { rows, top };
}

function join(values: readonly (number | null)[], how: PlotOptions['joined']): number | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  return how === 'most' ? Math.max(...known) : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Returns the next larger 1, 2 or 5 times a power of ten. */
function niceTop(most: number): number {
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return power * ([1, 2, 5].find((step) => step * power >= most) ?? 10);
}
