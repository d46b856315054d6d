import type { Flow } from '../upstream/transport.js';

/** One buffered answer's part of the bytes that its connection holds. */
export interface HeldBytes {
  add(bytes: number): void;
  /** The answer holds nothing any more. */
  release(): void;
}

/** Limits what the buffered answers of one connection hold together. */
export interface BufferedBytes {
  /** A response has begun. */
  hold(flow: Flow): HeldBytes;
  /** The client's socket is full, or has room again. */
  updateFlow(): void;
}

const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Buffered answers are read from their providers until they hold `most` bytes together. Then the oldest one alone is
 * read to its end, so that all of them end at some time. While the client reads nothing, none is read.
 * @param congested whether the client's socket is full
 */
export function createBufferedBytes(congested: () => boolean, most: number = MOST_BYTES): BufferedBytes {
  /** In the order of their beginnings. */
  const answers = new Set<{ flow: Flow; bytes: number; paused: boolean }>();
  let total = 0;
  /** Nothing is held back as long as neither limit was ever met. */
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
      // Before the call: `resume` may deliver more data and come back here before it returns.
      answer.paused = stop;
      if (stop) answer.flow.pause();
      else answer.flow.resume();
    }
  };

  return {
    updateFlow,
    hold(flow) {
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
