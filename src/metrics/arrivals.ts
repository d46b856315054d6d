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
  /** The run with the most tokens: the arrivals after the first that followed each other at once. */
  run: Amount & { ms: number };
  /** The runs that came after a pause, with the tokens per ms of the slowest and of the fastest, pause included. */
  bursts: { count: number; slowest: number; fastest: number };
  total: Amount;
}

/** Most time from one arrival of a run to the next. A large burst comes in several reads. */
const RUN_GAP_MS = 5;
/** Most time that a run takes. */
export const RUN_MS = 50;

export interface ArrivalCounter {
  /** Counts a piece of output, with an estimate of its tokens. Pieces of one arrival have the same `atMs`. */
  add(atMs: number, tokens: number): void;
  summary(): Arrivals;
}

/** @param onGap Called with the time from one arrival to the next, in ms. */
export function createArrivalCounter(onGap: (ms: number) => void): ArrivalCounter {
  return new Counted(onGap);
}

/** A class, because its objects cost less than closures: a load test creates thousands a second. */
class Counted implements ArrivalCounter {
  readonly #onGap: (ms: number) => void;
  #count = 0;
  #firstMs = 0;
  #lastMs = 0;
  readonly #first: Amount = { pieces: 0, tokens: 0 };
  /** The amount of output in the latest arrival. */
  #current = this.#first;
  #largest: Amount = { pieces: 0, tokens: 0 };
  readonly #total: Amount = { pieces: 0, tokens: 0 };
  /** The current run: when it began, and the amount of output before it. */
  #runFromMs = 0;
  #beforeRun: Amount = { pieces: 0, tokens: 0 };
  #longestRun: Arrivals['run'] = { pieces: 0, tokens: 0, ms: 0 };
  /** When the run before the current one ended; undefined when the current run came without a pause. */
  #pausedMs: number | undefined;
  #burstCount = 0;
  #slowest = Number.POSITIVE_INFINITY;
  #fastest = 0;

  constructor(onGap: (ms: number) => void) {
    this.#onGap = onGap;
  }

  add(atMs: number, tokens: number): void {
    if (this.#count === 0 || atMs !== this.#lastMs) {
      if (this.#count === 0) this.#firstMs = atMs;
      else {
        this.#onGap(Math.max(0, atMs - this.#lastMs));
        this.#largest = this.#largestSoFar();
        const paused = atMs - this.#lastMs > RUN_GAP_MS;
        if (paused || this.#count === 1 || atMs - this.#runFromMs > RUN_MS) this.#beginRun(atMs, paused);
        this.#current = { pieces: 0, tokens: 0 };
      }
      this.#count += 1;
      this.#lastMs = atMs;
    }
    this.#current.pieces += 1;
    this.#current.tokens += tokens;
    this.#total.pieces += 1;
    this.#total.tokens += tokens;
  }

  summary(): Arrivals {
    return {
      count: this.#count,
      spreadMs: this.#lastMs - this.#firstMs,
      first: copyOf(this.#first),
      largest: this.#largestSoFar(),
      run: this.#runSoFar(),
      bursts: this.#burstsSoFar(),
      total: copyOf(this.#total),
    };
  }

  #beginRun(atMs: number, paused: boolean): void {
    this.#longestRun = this.#runSoFar();
    if (this.#pausedMs !== undefined) {
      const rate = this.#rateSince(this.#pausedMs);
      this.#burstCount += 1;
      this.#slowest = Math.min(this.#slowest, rate);
      this.#fastest = Math.max(this.#fastest, rate);
    }
    this.#pausedMs = paused ? this.#lastMs : undefined;
    this.#runFromMs = atMs;
    this.#beforeRun = copyOf(this.#total);
  }

  #runSoFar(): Arrivals['run'] {
    const { pieces, tokens } = this.#beforeRun;
    const more = this.#total.tokens - tokens;
    if (this.#count < 2 || more <= this.#longestRun.tokens) return this.#longestRun;
    return { pieces: this.#total.pieces - pieces, tokens: more, ms: this.#lastMs - this.#runFromMs };
  }

  /** Returns the tokens of the current run per ms since the run before it, when a buffer began to collect them. */
  #rateSince(pausedMs: number): number {
    return (this.#total.tokens - this.#beforeRun.tokens) / (this.#lastMs - pausedMs);
  }

  #burstsSoFar(): Arrivals['bursts'] {
    const rate = this.#pausedMs === undefined ? undefined : this.#rateSince(this.#pausedMs);
    return {
      count: this.#burstCount + (rate === undefined ? 0 : 1),
      slowest: Math.min(this.#slowest, rate ?? this.#slowest),
      fastest: Math.max(this.#fastest, rate ?? 0),
    };
  }

  #largestSoFar(): Amount {
    const [current, largest] = [this.#current, this.#largest];
    if (current === this.#first) return largest;
    return {
      pieces: Math.max(largest.pieces, current.pieces),
      tokens: Math.max(largest.tokens, current.tokens),
    };
  }
}

/** Copies an amount. A spread takes several times as long. */
const copyOf = ({ pieces, tokens }: Amount): Amount => ({ pieces, tokens });
