/** The simulator's clock. Tests pass a clock that they advance themselves. */
export interface Clock {
  /** Milliseconds on a monotonic clock. */
  now(): number;
  /**
   * Calls `wake` once, at `dueMs` or later, but never during this call.
   * @returns a function that cancels the alarm
   */
  alarm(dueMs: number, wake: () => void): () => void;
}
