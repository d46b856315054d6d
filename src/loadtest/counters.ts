/** Counts that all workers of a test have in common. */
export interface Counters {
  /** The number of the next request, from 0: each is given out once. */
  take(): number;
  /** A request begins. */
  begin(): void;
  /** A request has ended. */
  end(): void;
  /** What the loop gave out has ended: a request, or a conversation. */
  settle(): void;
  readonly settled: number;
  /** Most requests at the same time, so far. */
  readonly mostInFlight: number;
  /** For another thread's `createCounters`. */
  readonly memory: SharedArrayBuffer;
}

const NEXT = 0;
const NOW = 1;
const MOST = 2;
const SETTLED = 3;
const CELLS = 4;

/** @param memory of the counters to share [new ones] */
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
    get mostInFlight() {
      return Atomics.load(counts, MOST);
    },
  };
}
