/** The simulator's clock; tests pass one that they move by hand. */
export interface Clock {
  /** Milliseconds on a monotonic clock. */
  now(): number;
  /**
   * Calls `wake` once, when the clock reads `dueMs` or later; never within this call.
   * @returns calls it off; does nothing afterwards
   */
  alarm(dueMs: number, wake: () => void): () => void;
}
