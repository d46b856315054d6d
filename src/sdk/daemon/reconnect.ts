export interface Backoff {
  /** Returns the next wait, in ms. */
  next(): number;
  /** Starts over after a successful connection. */
  reset(): void;
}

const FIRST_MS = 100;
const LIMIT_MS = 5000;

/**
 * Computes the wait before each attempt to reconnect: 0.1 s, doubled each time up to 5 s. A random part of up to one
 * half is subtracted, so that many clients don't reconnect at the same time.
 * @param random returns a number from 0 (inclusive) to 1 (exclusive)
 */
export function createBackoff(random: () => number = Math.random): Backoff {
  let attempts = 0;
  return {
    next() {
      const limit = Math.min(LIMIT_MS, FIRST_MS * 2 ** attempts);
      attempts += 1;
      return limit * (1 - random() / 2);
    },
    reset() {
      attempts = 0;
    },
  };
}
