/** How the answers of a comparison share the screen. */
export interface CompareLayout {
  /** `beside` shows columns, `stacked` two answers one above the other, `one` only the marked answer. */
  readonly kind: 'beside' | 'stacked' | 'one';
  /** The index of the first shown side; `columns` is the number of shown sides. */
  readonly from: number;
  readonly columns: number;
  /** The width of a side in cells. */
  readonly width: number;
  /** Rows of an answer's text. */
  readonly textRows: number;
  /** Rows of figures below: one block for all sides, or one per side when stacked. */
  readonly figureRows: number;
}

/** The smallest width of a side in cells. */
const SIDE_MIN = 34;
export const SEPARATOR = ' │ ';
const FIGURES_FROM_ROWS = 9;
/** Rows of the question at the top, of a side's title, and of the line between text and figures. */
const QUESTION_ROWS = 1;
const TITLE_ROWS = 1;
const RULE_ROWS = 1;

export function compareLayout(
  { width, height }: { width: number; height: number },
  { sides, marked }: { sides: number; marked: number },
): CompareLayout {
  if (height < FIGURES_FROM_ROWS)
    return {
      kind: 'one',
      from: marked,
      columns: 1,
      width,
      textRows: Math.max(1, height - TITLE_ROWS),
      figureRows: 0,
    };
  const fitting = Math.floor((width + SEPARATOR.length) / (SIDE_MIN + SEPARATOR.length));
  const columns = Math.min(sides, Math.max(1, fitting));
  if (columns === 1 && sides === 2) {
    const each = Math.floor((height - QUESTION_ROWS) / 2);
    return {
      kind: 'stacked',
      from: 0,
      columns: 2,
      width,
      textRows: each - TITLE_ROWS - RULE_ROWS,
      figureRows: 1,
    };
  }
  const room = height - QUESTION_ROWS - TITLE_ROWS;
  const figureRows = room >= 28 ? 17 : room >= 14 ? 7 : 2;
  return {
    kind: columns === 1 ? 'one' : 'beside',
    // Shift the columns only as far as needed to show the marked side.
    from: Math.min(Math.max(0, marked - columns + 1), sides - columns),
    columns,
    width: Math.floor((width - (columns - 1) * SEPARATOR.length) / columns),
    textRows: room - figureRows - RULE_ROWS,
    figureRows,
  };
}
