/** The start of the steady part of a series. */
export interface Steady {
  /** Number of values in the warm-up at the beginning. */
  readonly from: number;
  /** False when the series still changes in its second half. A series that is too short counts as steady. */
  readonly steady: boolean;
}

const BATCH = 5;
/** With fewer batches, the method is unreliable. */
const FEWEST_BATCHES = 10;
/** At least this many batches remain: the last few alone would look steadier than any longer part. */
const LAST_BATCHES = 5;

/**
 * Finds the warm-up of a series by MSER-5 (White, Cobb and Spratt, 2000), over means of five values. The warm-up is the
 * beginning whose removal gives the mean of the rest the smallest standard error. If that is more than half of the
 * series, no steady part is known, and the first half is removed.
 */
export function steadyFrom(values: readonly number[]): Steady {
  const count = Math.floor(values.length / BATCH);
  if (count < FEWEST_BATCHES) return { from: 0, steady: true };
  const means = Array.from({ length: count }, (_, batch) => {
    let sum = 0;
    for (let at = batch * BATCH; at < (batch + 1) * BATCH; at += 1) sum += values[at] ?? 0;
    return sum / BATCH;
  });
  let best = { from: 0, error: Number.POSITIVE_INFINITY };
  let sum = 0;
  let squares = 0;
  for (let from = count - 1; from >= 0; from -= 1) {
    const mean = means[from] ?? 0;
    sum += mean;
    squares += mean * mean;
    const left = count - from;
    if (left < LAST_BATCHES) continue;
    const error = Math.max(0, squares - (sum * sum) / left) / left ** 2;
    // Among equal errors, the longest part wins.
    if (error <= best.error) best = { from, error };
  }
  const half = Math.floor(count / 2);
  const steady = best.from <= half;
  return { from: BATCH * (steady ? best.from : half), steady };
}
