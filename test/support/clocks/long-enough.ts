/** Short first, so that a test takes little time on an idle machine. */
const LIMITS_MS = [300, 1500, 8000, 40_000];

/**
 * Tries with longer and longer limits, in ms, and returns the first result that is `enough`, or else the last result. On a
 * busy machine, a short limit may pass before the event that the test needs.
 */
export async function withLongEnough<T>(
  run: (limitMs: number) => Promise<T>,
  enough: (result: T) => boolean,
  limitsMs: readonly number[] = LIMITS_MS,
): Promise<T> {
  const [last = 0] = limitsMs.slice(-1);
  for (const limitMs of limitsMs.slice(0, -1)) {
    const result = await run(limitMs);
    if (enough(result)) return result;
  }
  return run(last);
}
