/**
 * Gaps of a Poisson process, in ms: exponentially distributed with mean 1000 / `ratePerSecond`.
 * @param random in [0, 1)
 */
export function poissonGaps(ratePerSecond: number, random: () => number): () => number {
  return () => (-Math.log(1 - random()) * 1000) / ratePerSecond;
}
