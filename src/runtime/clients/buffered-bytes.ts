import type { Flow } from '../upstream/transport.js';

/** Counts the bytes of one buffered answer that are in memory. */
export interface ByteCounter {
  add(bytes: number): void;
  /** Call this when the answer has sent or dropped its bytes. */
  release(): void;
}

/** Limits the memory that the buffered answers of one connection use together. */
export interface BufferedBytes {
  /** Registers a response that has begun. */
  register(flow: Flow): ByteCounter;
  /** Call this when the client's socket becomes full or has room again. */
  updateFlow(): void;
}

const MOST_BYTES = 64 * 1024 * 1024;

/**
 * The daemon reads all buffered answers from their providers, until `most` of their bytes are in memory. From then on it
 * reads only the oldest one, so that they end one after another. While the client's socket is full, it reads none.
 * @param congested returns whether the client's socket is full
 */
export function createBufferedBytes(congested: () => boolean, most: number = MOST_BYTES): BufferedBytes {
  /** Oldest first. */
  const answers = new Set<{ flow: Flow; bytes: number; paused: boolean }>();
  let total = 0;
  /** Whether the socket has room and the bytes are within the limit, so that no answer is paused. */
  let relaxed = true;

  const updateFlow = (): void => {
    const full = congested();
    const over = total > most;
    if (relaxed && !full && !over) return;
    relaxed = !full && !over;
    const [oldest] = answers;
    for (const answer of answers) {
      const stop = full || (over && answer !== oldest);
      if (stop === answer.paused) continue;
      // Set this before the call: `resume` may deliver more data and re-enter this function before it returns.
      answer.paused = stop;
      if (stop) answer.flow.pause();
      else answer.flow.resume();
    }
  };

  return {
    updateFlow,
    register(flow) {
      const answer = { flow, bytes: 0, paused: false };
      answers.add(answer);
      updateFlow();
      return {
        add(bytes) {
          answer.bytes += bytes;
          total += bytes;
          updateFlow();
        },
        release() {
          if (!answers.delete(answer)) return;
          total -= answer.bytes;
          updateFlow();
        },
      };
    },
  };
}
