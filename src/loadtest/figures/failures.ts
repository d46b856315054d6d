import type { Sample } from '../samples/sample.js';

/** Further messages of a class are not counted: a message may have an id of its request. */
const MOST_MESSAGES = 20;

/** The failures of one class. */
export interface Failures {
  readonly count: number;
  /** The most frequent message. */
  readonly example: string;
}

/** Counts the failures of one class. */
export function createFailures() {
  const messages = new Map<string, number>();
  let count = 0;
  return {
    add(message: string): void {
      count += 1;
      const known = messages.get(message) ?? 0;
      if (known > 0 || messages.size < MOST_MESSAGES) messages.set(message, known + 1);
    },
    counted(): Failures {
      const [most] = [...messages].toSorted(([, one], [, other]) => other - one);
      return { count, example: most?.[0] ?? '' };
    },
  };
}

/** Fewer failures at the end are not reported. */
const FEWEST = 10;
/** The failures at the end last at least this share of the test. */
const SHARE = 0.1;

/**
 * Returns when the last answer was complete, in ms, and how many requests failed since then; undefined unless the test
 * ends with many failures.
 * @param samples in the order of their ends
 */
export function failingSince(samples: readonly Sample[]): { atMs: number; count: number } | undefined {
  const last = samples.findLastIndex(({ outcome }) => outcome === 'complete');
  const count = samples.length - 1 - last;
  const [atMs, endMs] = [samples[last]?.endMs, samples.at(-1)?.endMs ?? 0];
  return atMs === undefined || count < FEWEST || endMs - atMs < SHARE * endMs ? undefined : { atMs, count };
}
