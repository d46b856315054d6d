/** Returns the arithmetic mean; undefined without samples. */
export function mean(samples: readonly number[]): number | undefined {
  return samples.length === 0 ? undefined : samples.reduce((sum, one) => sum + one, 0) / samples.length;
}

/** Returns the middle value, or the mean of both middle ones; undefined without samples. */
export function median(samples: readonly number[]): number | undefined {
  const sorted = Float64Array.from(samples).sort();
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? undefined : (lower + upper) / 2;
}

/**
 * Returns the nearest rank of a quantile, from 1: the smallest rank that has at least this share of the values at or
 * below it.
 */
export function rankOf(share: number, count: number): number {
  // 0.999 * 1000 is a little more than 999, and must not become 1000.
  return Math.max(1, Math.ceil(share * count - 1e-6));
}

/** Returns the nearest-rank percentile; undefined without samples. */
export function percentile(samples: readonly number[], percent: number): number | undefined {
  const sorted = Float64Array.from(samples).sort();
  return sorted[rankOf(percent / 100, sorted.length) - 1];
}
