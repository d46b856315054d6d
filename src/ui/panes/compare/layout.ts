/** How the answers share the conversation's place. */
export interface CompareLayout {
  /** `beside`: in columns; `stacked`: two, one above the other; `one`: only the marked one has room. */
  readonly kind: 'beside' | 'stacked' | 'one';
  /** The index of the first side that is shown, and how many are. */
  readonly from: number;
  readonly columns: number;
  /** Of one side, cells. */
  readonly width: number;
  /** Rows of an answer's text. */
  readonly textRows: number;
  /** Rows of figures below it: of all sides together, of each where they are stacked. */
  readonly figureRows: number;
}

/** Cells of a side, and between two. */
const SIDE_MIN = 34;
export const SEPARATOR = ' │ ';
const FIGURES_FROM_ROWS = 9;
/** The question above, the title of a side, the line between text and figures. */
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
    // The marked one in view, as near to its place as it can be.
    from: Math.min(Math.max(0, marked - columns + 1), sides - columns),
    columns,
    width: Math.floor((width - (columns - 1) * SEPARATOR.length) / columns),
    textRows: room - figureRows - RULE_ROWS,
    figureRows,
  };
}
