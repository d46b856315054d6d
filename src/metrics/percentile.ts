/** The arithmetic mean; undefined without samples. */
export function mean(samples: readonly number[]): number | undefined {
  return samples.length === 0 ? undefined : samples.reduce((sum, one) => sum + one, 0) / samples.length;
}

/** The middle value, or the mean of both middle ones; undefined without samples. */
export function median(samples: readonly number[]): number | undefined {
  const sorted = Float64Array.from(samples).sort();
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? undefined : (lower + upper) / 2;
}

/** Returns the nearest-rank percentile; undefined without samples. */
export function percentile(samples: readonly number[], percent: number): number | undefined {
  const sorted = Float64Array.from(samples).sort();
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
}
