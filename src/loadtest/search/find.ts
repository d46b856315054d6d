/** The range of a search for the highest load that meets an SLO. */
export interface Bounds {
  /** The first load to try. */
  readonly from: number;
  /** The highest load to try. */
  readonly to: number;
  /** Loads are whole numbers. */
  readonly whole: boolean;
}

export interface Found {
  /** The highest load that met the SLO ("kept" it); undefined when none did. */
  readonly kept: number | undefined;
  /** The lowest load that missed the SLO; undefined when none did. */
  readonly missed: number | undefined;
}

/** A verdict on a load. */
interface LoadVerdict {
  readonly load: number;
  readonly kept: boolean;
  /** The test ended early, because the load seemed to meet the SLO. */
  readonly short?: boolean;
}

/** Chooses the loads to try, until the answer is known. A short test is repeated before its load is the answer. */
export interface Search {
  /** Returns the next load; undefined when the search has ended. */
  next(): number | undefined;
  /** Replaces what is known of the loads; a later test can change the verdict on an earlier load. */
  update(judged: readonly LoadVerdict[]): void;
  /** True while no load has missed the SLO and loads are doubled. The test of such a load may be short. */
  readonly rising: boolean;
  readonly found: Found;
}

/** The search ends when the lowest load that misses is at most this share above the highest that meets the SLO. */
export const PRECISION = 0.02;
/** The search gives up after halving the first load this many times. */
const MOST_HALVINGS = 6;

/**
 * Doubles the load until it misses the SLO, then tries the geometric mean of the highest load that meets and the lowest
 * that misses it.
 */
export function createSearch({ from, to, whole }: Bounds): Search {
  let kept: number | undefined;
  let missed: number | undefined;
  let short: ReadonlySet<number> = new Set();
  let confirming = false;
  const round = whole ? Math.round : threeFigures;

  const between = (low: number, high: number): number | undefined => {
    if (whole && high - low <= 1) return undefined;
    if (high / low <= 1 + PRECISION) return undefined;
    const middle = round(Math.sqrt(low * high));
    const inside = whole ? Math.min(high - 1, Math.max(low + 1, middle)) : middle;
    return inside > low && inside < high ? inside : undefined;
  };

  const further = (): number | undefined => {
    if (kept !== undefined && missed !== undefined) return between(kept, missed);
    if (kept !== undefined) return kept >= to ? undefined : Math.min(to, round(2 * kept));
    if (missed === undefined) return Math.min(from, to);
    const lower = whole ? Math.floor(missed / 2) : round(missed / 2);
    return lower < 1 / 1000 || (whole && lower < 1) || missed <= from / 2 ** MOST_HALVINGS
      ? undefined
      : lower;
  };

  return {
    next() {
      const load = further();
      confirming = load === undefined && kept !== undefined && short.has(kept);
      return confirming ? kept : load;
    },
    update(judged) {
      const misses = judged.filter((one) => !one.kept).map(({ load }) => load);
      missed = misses.length === 0 ? undefined : Math.min(...misses);
      const holds = judged
        .filter((one) => one.kept && one.load < (missed ?? Number.POSITIVE_INFINITY))
        .map(({ load }) => load);
      kept = holds.length === 0 ? undefined : Math.max(...holds);
      short = new Set(judged.flatMap((one) => (one.short === true ? [one.load] : [])));
    },
    get rising() {
      return missed === undefined && !confirming;
    },
    get found() {
      return { kept, missed };
    },
  };
}

function threeFigures(value: number): number {
  return Number(value.toPrecision(3));
}
