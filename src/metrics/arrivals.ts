/** An amount of output: the number of pieces, and the number of tokens estimated from their text. */
export interface Amount {
  pieces: number;
  tokens: number;
}

/** Summary of the arrivals that carried an answer's output. An arrival is the bytes of one read by the daemon. */
export interface Arrivals {
  count: number;
  /** Time from the first arrival to the last. */
  spreadMs: number;
  first: Amount;
  /** The most pieces and the most tokens in one arrival after the first. The two may come from different arrivals. */
  largest: Amount;
  total: Amount;
}

export interface ArrivalCounter {
  /** Counts a piece of output with an estimate of its tokens. Pieces of one arrival have the same `atMs`. */
  add(atMs: number, tokens: number): void;
  summary(): Arrivals;
}

/** @param onGap Called with the time from one arrival to the next, in ms. */
export function createArrivalCounter(onGap: (ms: number) => void): ArrivalCounter {
  let count = 0;
  let firstMs = 0;
  let lastMs = 0;
  let current: Amount = { pieces: 0, tokens: 0 };
  const first = current;
  let largest: Amount = { pieces: 0, tokens: 0 };
  const total: Amount = { pieces: 0, tokens: 0 };

  const largestSoFar = (): Amount =>
    current === first
      ? largest
      : {
          pieces: Math.max(largest.pieces, current.pieces),
          tokens: Math.max(largest.tokens, current.tokens),
        };

  return {
    add(atMs, tokens) {
      if (count === 0 || atMs !== lastMs) {
        if (count === 0) firstMs = atMs;
        else {
          onGap(Math.max(0, atMs - lastMs));
          largest = largestSoFar();
          current = { pieces: 0, tokens: 0 };
        }
        count += 1;
        lastMs = atMs;
      }
      current.pieces += 1;
      current.tokens += tokens;
      total.pieces += 1;
      total.tokens += tokens;
    },
    summary: () => ({
      count,
      spreadMs: lastMs - firstMs,
      first: { ...first },
      largest: largestSoFar(),
      total: { ...total },
    }),
  };
}
