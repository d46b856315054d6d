/** What is looked for: the highest load that keeps an SLO. */
export interface Bounds {
  /** The first load that is tried. */
  readonly from: number;
  /** None above is tried. */
  readonly to: number;
  /** Loads are whole numbers. */
  readonly whole: boolean;
}

export interface Found {
  /** The highest load that kept it; undefined: none did. */
  readonly kept: number | undefined;
  /** The lowest load that missed it; undefined: none did, up to the bound. */
  readonly missed: number | undefined;
}

/** The next load to try, until the answer is known. */
export interface Search {
  /** Undefined when nothing is left to try. */
  next(): number | undefined;
  tell(load: number, kept: boolean): void;
  /** No load was missed so far: loads are still doubled. */
  readonly rising: boolean;
  readonly found: Found;
}

/** The answer is known when the lowest load that misses is so much above the highest that keeps, at most. */
export const PRECISION = 0.02;
/** How often the first load is halved before the search gives up. */
const MOST_HALVINGS = 6;

/** Doubles the load until the SLO is missed, then halves the ratio between the highest that keeps and the lowest that misses. */
export function createSearch({ from, to, whole }: Bounds): Search {
  let kept: number | undefined;
  let missed: number | undefined;
  const round = whole ? Math.round : threeFigures;

  const between = (low: number, high: number): number | undefined => {
    if (whole && high - low <= 1) return undefined;
    if (high / low <= 1 + PRECISION) return undefined;
    const middle = round(Math.sqrt(low * high));
    const inside = whole ? Math.min(high - 1, Math.max(low + 1, middle)) : middle;
    return inside > low && inside < high ? inside : undefined;
  };

  return {
    next() {
      if (kept !== undefined && missed !== undefined) return between(kept, missed);
      if (kept !== undefined) return kept >= to ? undefined : Math.min(to, round(2 * kept));
      if (missed === undefined) return Math.min(from, to);
      const lower = whole ? Math.floor(missed / 2) : round(missed / 2);
      return lower < 1 / 1000 || (whole && lower < 1) || missed <= from / 2 ** MOST_HALVINGS
        ? undefined
        : lower;
    },
    tell(load, holds) {
      if (holds) kept = Math.max(kept ?? load, load);
      else missed = Math.min(missed ?? load, load);
    },
    get rising() {
      return missed === undefined;
    },
    get found() {
      return { kept, missed };
    },
  };
}

function threeFigures(value: number): number {
  return Number(value.toPrecision(3));
}
