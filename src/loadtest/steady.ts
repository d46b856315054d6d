/** Where a series of figures becomes steady. */
export interface Steady {
  /** How many values at the beginning are warm-up. */
  readonly from: number;
  /** False: the series is still changing in its second half. One that is too short to tell counts as steady. */
  readonly steady: boolean;
}

const BATCH = 5;
/** Fewer batches tell nothing. */
const FEWEST_BATCHES = 10;
/** The last batches by themselves would look steadier than any longer part. */
const LAST_BATCHES = 5;

/**
 * The warm-up of a series by MSER-5 (White, Cobb and Spratt, 2000): of all beginnings that could be left out, the one after
 * which the mean of the rest has the smallest standard error, over means of five values. When that is more than half of the
 * series, the series has no steady part that can be told: half is left out.
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
    // Of equal ones the longest part.
    if (error <= best.error) best = { from, error };
  }
  const half = Math.floor(count / 2);
  const steady = best.from <= half;
  return { from: BATCH * (steady ? best.from : half), steady };
}
