import { percentile } from '../../metrics/percentile.js';
import type { Sample, Sent } from '../samples/sample.js';

/** A test's figures over time, one value for each moment. */
export interface LiveFigures {
  /** Requests in flight. */
  readonly inFlight: readonly (number | null)[];
  /** Complete answers a second. */
  readonly perSecond: readonly (number | null)[];
  /** The p95 of TTFT of the answers that ended then, in ms. */
  readonly ttft: readonly (number | null)[];
  /** The indexes of the moments that the user marked. */
  readonly marks: readonly number[];
  /**
   * Adds a moment.
   * @param atMs since the start
   * @param samples the requests that ended since the moment before
   */
  add(
    atMs: number,
    inFlight: number,
    samples: readonly Sample[],
    ttftOf: (sample: Sent) => number | undefined,
  ): void;
  mark(): void;
}

/** The largest number of moments. When the list has so many, the first is merged with the second, the third with the fourth, and so on. */
const MOST = 1000;

export function createLiveFigures(): LiveFigures {
  let inFlight: (number | null)[] = [];
  let perSecond: (number | null)[] = [];
  let ttft: (number | null)[] = [];
  let marks: number[] = [];
  let lastMs = 0;

  const halve = (): void => {
    const pairs = (values: readonly (number | null)[], of: (one: number, other: number) => number) =>
      Array.from({ length: Math.ceil(values.length / 2) }, (_, at) => {
        const [one = null, other = null] = [values[2 * at], values[2 * at + 1]];
        return one === null || other === null ? (one ?? other) : of(one, other);
      });
    inFlight = pairs(inFlight, Math.max);
    perSecond = pairs(perSecond, (one, other) => (one + other) / 2);
    ttft = pairs(ttft, Math.max);
    marks = marks.map((mark) => Math.floor(mark / 2));
  };

  return {
    get inFlight() {
      return inFlight;
    },
    get perSecond() {
      return perSecond;
    },
    get ttft() {
      return ttft;
    },
    get marks() {
      return marks;
    },
    mark() {
      marks.push(inFlight.length);
    },
    add(atMs, running, samples, ttftOf) {
      if (inFlight.length >= MOST) halve();
      const sent = samples.filter((one) => one.outcome === 'complete');
      const seconds = (atMs - lastMs) / 1000;
      lastMs = atMs;
      inFlight.push(running);
      perSecond.push(seconds > 0 ? sent.length / seconds : null);
      ttft.push(
        percentile(
          sent.flatMap((one) => ttftOf(one) ?? []),
          95,
        ) ?? null,
      );
    },
  };
}
