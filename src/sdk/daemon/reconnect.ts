export interface Backoff {
  /** The next wait in ms. */
  next(): number;
  /** Starts over: a connection was made. */
  reset(): void;
}

const FIRST_MS = 100;
const LIMIT_MS = 5000;

/**
 * How long to wait before each attempt to reconnect: 0.1 s, doubled each time up to 5 s, of which a random
 * half is taken off so that many clients don't return at once.
 * @param random From 0 up to 1.
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
