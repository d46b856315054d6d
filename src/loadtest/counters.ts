/** Counts that all workers of a test have in common. */
export interface Counters {
  /** The number of the next request, from 0: each is given out once. */
  take(): number;
  /** A request begins. */
  begin(): void;
  /** A request has ended. */
  end(): void;
  /** Most requests at the same time, so far. */
  readonly mostInFlight: number;
  /** For another thread's `createCounters`. */
  readonly memory: SharedArrayBuffer;
}

const NEXT = 0;
const NOW = 1;
const MOST = 2;

/** @param memory of the counters to share [new ones] */
export function createCounters(memory = new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT)): Counters {
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
    get mostInFlight() {
      return Atomics.load(counts, MOST);
    },
  };
}
