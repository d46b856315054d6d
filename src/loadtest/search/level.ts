import type { Latency, Sample } from '../sample.js';
import type { SteadyPart } from '../steady-part.js';
import type { Report, Tally } from '../tally.js';
import { type Criteria, FEWEST, type Judged, judge } from './criteria.js';

/** One load of a curve, over its steady part. Times in ms. */
export interface Level {
  /** Arrivals a second, or requests at a time. */
  readonly load: number;
  /** Undefined: there is no SLO. */
  readonly verdict: Verdict | undefined;
  /** Of the steady part. */
  readonly report: Report;
  /** From its beginning to the last answer. */
  readonly tookMs: number;
  /** Left out at the beginning. */
  readonly warmupMs: number;
  readonly warmupRequests: number;
  /** False: the figures were still changing. */
  readonly steady: boolean;
  readonly maxInFlight: number;
  /** What this process's own limits did to it. */
  readonly warnings: readonly string[];
  /** Requests failed because this machine has no more of something. */
  readonly ownFailures: boolean;
}

export interface Verdict {
  readonly kept: boolean;
  /** The confidence intervals say so, too. */
  readonly clear: boolean;
  readonly conditions: readonly Judged[];
  /** Requests piled up: whatever the SLO says, the service does not sustain the load. */
  readonly fellBehind: boolean;
}

/** Those before the first request that still runs: what is judged of them does not favour short answers. */
export function settledSamples(samples: readonly Sample[]): Sample[] {
  const ended = new Set(samples.map(({ index }) => index));
  let first = 0;
  while (ended.has(first)) first += 1;
  return samples.filter(({ index }) => index < first);
}

/** What an SLO says of a load. */
export function verdictOf(
  criteria: Criteria,
  { samples }: SteadyPart,
  tally: Pick<Tally, 'latencyOf'>,
  report: Report,
  z: number,
  fellBehind: boolean,
): Verdict {
  const latencyOf = (sample: Sample): Latency =>
    sample.outcome === 'complete' ? tally.latencyOf(sample) : {};
  const conditions = judge(criteria, samples, latencyOf, report, z);
  const kept = !fellBehind && conditions.every((one) => one.kept);
  const clear = kept
    ? conditions.every(({ verdict }) => verdict === 'kept')
    : fellBehind || conditions.some(({ verdict }) => verdict === 'missed');
  return { kept, clear, conditions, fellBehind };
}

/**
 * Whether a load is well below what the SLO allows, or clearly not: while loads are doubled. The last that is kept in this
 * way is judged again by the loads next to it.
 */
export function isRoughlyClear({ kept, clear, conditions }: Verdict): boolean {
  return clear || (kept && conditions.every(({ share, of }) => share?.value === 1 && of >= FEWEST));
}

/** Growth of chance is smaller than so many standard deviations. */
const SURE_GROWTH = 4;

/** Whether requests piled up in the second half of a window: more came than ended, by more than chance explains. */
export function fellBehind(samples: readonly Sample[], windowMs: number): boolean {
  const inFlightAt = (atMs: number): number =>
    samples.filter(({ intendedMs, endMs }) => intendedMs <= atMs && endMs > atMs).length;
  const [middle, end] = [windowMs / 2, windowMs];
  const came = samples.filter(({ intendedMs }) => intendedMs > middle && intendedMs <= end).length;
  const growth = inFlightAt(end) - inFlightAt(middle);
  return growth > Math.max(5, SURE_GROWTH * Math.sqrt(came)) && growth > 0.5 * inFlightAt(middle);
}
