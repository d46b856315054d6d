import type { Role } from '../../metrics/server/known-servers.js';
import type { SteadyPart } from '../figures/steady-part.js';
import type { Report, Tally } from '../figures/tally.js';
import type { Latency, Sample } from '../samples/sample.js';
import type { RoleFigure } from '../server-metrics/figures.js';
import { type Criteria, FEWEST, type Judged, judge } from './criteria.js';

/** The result of one load of a curve. Times in ms. */
export interface Level {
  /** Arrivals a second, or requests at a time. */
  readonly load: number;
  /** Undefined without an SLO. */
  readonly verdict: Verdict | undefined;
  /** The report of the steady part. */
  readonly report: Report;
  /** Time from the start to the last answer. */
  readonly tookMs: number;
  /** The test ended early, because the load seemed to meet the SLO. */
  readonly short: boolean;
  /** Length of the warm-up, which does not count. */
  readonly warmupMs: number;
  readonly warmupRequests: number;
  /** False when the figures were still changing. */
  readonly steady: boolean;
  readonly maxInFlight: number;
  /** Warnings that this process's own limits distort the figures. */
  readonly warnings: readonly string[];
  /** The server's figures in the steady part; undefined when no metrics page was read. */
  readonly server: ReadonlyMap<Role, RoleFigure> | undefined;
  /** True when requests failed because a resource of this machine was exhausted. */
  readonly ownFailures: boolean;
}

export interface Verdict {
  readonly kept: boolean;
  /** Whether the confidence intervals confirm `kept`. */
  readonly clear: boolean;
  readonly conditions: readonly Judged[];
  /** Requests piled up, so the service does not sustain the load. It then misses every SLO. */
  readonly fellBehind: boolean;
}

/**
 * Returns the samples before the first running request, so that a verdict does not favour short answers. With
 * conversations, these are the samples before the first conversation that has not ended.
 * @param turnsOf number of turns of conversation number `index`
 */
export function settledSamples(samples: readonly Sample[], turnsOf: (index: number) => number): Sample[] {
  const ended = new Set(
    samples
      .filter(({ index, turn, outcome }) => outcome === 'failed' || turn >= turnsOf(index))
      .map(({ index }) => index),
  );
  let first = 0;
  while (ended.has(first)) first += 1;
  return samples.filter(({ index }) => index < first);
}

/** Judges a load by the criteria of an SLO. */
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
 * Returns whether a load is well within the SLO or clearly outside, for use while loads are doubled. The search later
 * tests the loads near the last one that met the SLO anyway.
 */
export function isRoughlyClear({ kept, clear, conditions }: Verdict): boolean {
  return clear || (kept && conditions.every(({ share, of }) => share?.value === 1 && of >= FEWEST));
}

/**
 * A test has settled after this many times its mean answer. By then, a service with free slots has its usual number of
 * requests, and a burst of failures has ended.
 */
const SETTLING = 6;

/**
 * Returns whether a test has run long enough for the service to be as busy as it will become. Until then, a load far
 * too high can seem well within the SLO, because the service still has free slots.
 * @param samples in the order of their intended send times
 */
export function isSettled(samples: readonly Sample[]): boolean {
  const whole = samples.filter(({ outcome }) => outcome === 'complete');
  const sum = whole.reduce((ms, { intendedMs, endMs }) => ms + endMs - intendedMs, 0);
  const lastMs = samples.at(-1)?.intendedMs ?? 0;
  return whole.length > 0 && lastMs >= (SETTLING * sum) / whole.length;
}

/** Growth of more than this many standard deviations is not due to chance. */
const SURE_GROWTH = 4;

/**
 * Returns whether requests piled up in the second half of a window: more arrived than ended, by more than chance
 * explains. With conversations, only first turns count, because the number of later turns depends on the answers.
 */
export function fellBehind(samples: readonly Sample[], windowMs: number): boolean {
  const first = samples.filter(({ turn }) => turn === 1);
  const inFlightAt = (atMs: number): number =>
    first.filter(({ intendedMs, endMs }) => intendedMs <= atMs && endMs > atMs).length;
  const [middle, end] = [windowMs / 2, windowMs];
  const came = first.filter(({ intendedMs }) => intendedMs > middle && intendedMs <= end).length;
  const growth = inFlightAt(end) - inFlightAt(middle);
  return growth > Math.max(5, SURE_GROWTH * Math.sqrt(came)) && growth > 0.5 * inFlightAt(middle);
}
