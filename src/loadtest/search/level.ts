import type { Latency, Sample } from '../sample.js';
import type { Slo } from '../slo.js';
import { steadyFrom } from '../steady.js';
import { createTally, type Report, type Tally } from '../tally.js';
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

/** The steady part of a test's requests. */
export interface SteadyPart {
  /** In the order in which they were due. */
  readonly samples: readonly Sample[];
  readonly fromMs: number;
  readonly leftOut: number;
  readonly steady: boolean;
}

/** The requests after the warm-up, by TTFT, or by E2E where answers come in one piece. */
export function steadyPart(samples: readonly Sample[], latencyOf: Tally['latencyOf']): SteadyPart {
  const ordered = samples.toSorted(
    (one, other) => one.intendedMs - other.intendedMs || one.index - other.index,
  );
  const series: number[] = [];
  const places: number[] = [];
  for (const [place, sample] of ordered.entries()) {
    if (sample.outcome !== 'complete') continue;
    const { ttft, e2e } = latencyOf(sample);
    const value = ttft ?? e2e;
    if (value === undefined) continue;
    series.push(value);
    places.push(place);
  }
  const { from, steady } = steadyFrom(series);
  const place = from === 0 ? 0 : (places[from] ?? 0);
  const rest = ordered.slice(place);
  return { samples: rest, fromMs: place === 0 ? 0 : (rest[0]?.intendedMs ?? 0), leftOut: place, steady };
}

/** Those before the first request that still runs: what is judged of them does not favour short answers. */
export function settledSamples(samples: readonly Sample[]): Sample[] {
  const ended = new Set(samples.map(({ index }) => index));
  let first = 0;
  while (ended.has(first)) first += 1;
  return samples.filter(({ index }) => index < first);
}

/**
 * The report of a steady part. Its rates count what ended from its beginning to `toMs`: an overloaded service is still busy
 * with what was sent before.
 */
export function steadyReport(
  part: Pick<SteadyPart, 'samples' | 'fromMs'>,
  all: readonly Sample[],
  toMs: number,
  loop: 'open' | 'closed',
  slo: Slo | undefined,
): Report {
  const of = (samples: readonly Sample[]): Report => {
    const tally = createTally(loop, slo?.limits);
    for (const sample of samples) tally.add(sample);
    return tally.report(Math.max(1, toMs - part.fromMs));
  };
  const report = of(part.samples);
  const ended = of(all.filter(({ endMs }) => endMs > part.fromMs && endMs <= toMs));
  const { requestsPerSecond, outputTokensPerSecond } = ended;
  const { goodput } = report;
  return {
    ...report,
    requestsPerSecond,
    outputTokensPerSecond,
    ...(goodput && { goodput: { ...goodput, perSecond: ended.goodput?.perSecond ?? 0 } }),
  };
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
