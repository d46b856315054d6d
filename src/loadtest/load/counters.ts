/** Counters that all workers of a test share. */
export interface Counters {
  /** Returns the number of the next request, from 0. Each number is returned once. */
  take(): number;
  /** Counts a request's start. */
  begin(): void;
  /** Counts a request's end. */
  end(): void;
  /** Counts the end of a request or conversation that the loop has started. */
  settle(): void;
  readonly settled: number;
  /** Number of requests that run now. */
  readonly inFlight: number;
  /** Largest number of requests at the same time so far. */
  readonly mostInFlight: number;
  /** Pass it to another thread's `createCounters`. */
  readonly memory: SharedArrayBuffer;
}

const NEXT = 0;
const NOW = 1;
const MOST = 2;
const SETTLED = 3;
const CELLS = 4;

/** @param memory memory of existing counters to share [new memory] */
export function createCounters(
  memory = new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT),
): Counters {
  const counts = new Int32Array(memory);
  return {
    memory,
    take: () => Atomics.add(counts, NEXT, 1),
    begin() {
      const now = Atomics.add(counts, NOW, 1) + 1;
      for (let most = Atomics.load(counts, MOST); now > most; most = Atomics.load(counts, MOST)) {
        if (Atomics.compareExchange(counts, MOST, most, now) === most) return;
      }
    },
    end() {
      Atomics.sub(counts, NOW, 1);
    },
    settle() {
      Atomics.add(counts, SETTLED, 1);
    },
    get settled() {
      return Atomics.load(counts, SETTLED);
    },
    get inFlight() {
      return Atomics.load(counts, NOW);
    },
    get mostInFlight() {
      return Atomics.load(counts, MOST);
    },
  };
}
