import { percentile } from '../../metrics/percentile.js';
import { meets } from '../conditions/request-limits.js';
import type { Slo } from '../conditions/slo.js';
import type { Sample } from '../samples/sample.js';
import { steadyFrom } from './steady.js';
import { createTally, type Report, type Tally } from './tally.js';

/** The steady part of a test's requests. */
export interface SteadyPart {
  /** In the order of their intended send times. */
  readonly samples: readonly Sample[];
  readonly fromMs: number;
  readonly leftOut: number;
  readonly steady: boolean;
}

/** Removes the warm-up, which is found by TTFT, or by E2E when answers come in one piece. */
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

/**
 * Creates the report of a steady part. Its rates count the requests that ended between the part's start and `toMs`,
 * because an overloaded service is still busy with earlier requests.
 */
export function steadyReport(
  part: Pick<SteadyPart, 'samples' | 'fromMs'>,
  all: readonly Sample[],
  toMs: number,
  loop: 'open' | 'closed',
  slo: Slo | undefined,
): Report {
  const tally = createTally(loop, slo?.limits);
  for (const sample of part.samples) tally.add(sample);
  const durationMs = Math.max(1, toMs - part.fromMs);
  const perSecond = (count: number): number => (count * 1000) / durationMs;
  const report = tally.report(durationMs);
  const ended = all
    .filter((sample) => sample.outcome === 'complete')
    .filter(({ endMs }) => endMs > part.fromMs && endMs <= toMs);
  const { goodput } = report;
  return {
    ...report,
    requestsPerSecond: perSecond(ended.length),
    outputTokensPerSecond: perSecond(ended.reduce((sum, { outputTokens }) => sum + outputTokens, 0)),
    ...(goodput && {
      goodput: {
        ...goodput,
        perSecond: perSecond(ended.filter((sample) => meets(goodput.limits, tally.latencyOf(sample))).length),
      },
    }),
  };
}

/** The part of a test that `--warmup auto` keeps. Times in ms since the test's start. */
export interface Trim {
  readonly fromMs: number;
  readonly toMs: number;
  /** Number of requests excluded at the start. */
  readonly before: number;
  /** Number of requests excluded at the end. */
  readonly after: number;
  /** False when the figures still changed in the second half. */
  readonly steady: boolean;
}

/** A test without its warm-up and cool-down. */
export interface Trimmed {
  readonly tally: Tally;
  readonly report: Report;
  readonly trim: Trim;
  /** The excluded requests. */
  readonly excluded: Tally;
}

/** With fewer requests, the steady part is unknown. */
export const FEWEST_FOR_TRIM = 50;

/**
 * Removes a test's warm-up and cool-down. The cool-down begins one long answer (p95) before the last request, since
 * earlier requests ran under full load to their end. Requests are excluded by their intended send time, so that short
 * answers are not favoured.
 * @returns undefined when there are too few requests
 */
export function trimmed(whole: Tally, loop: 'open' | 'closed', slo: Slo | undefined): Trimmed | undefined {
  const all = whole.samples;
  if (all.length < FEWEST_FOR_TRIM) return undefined;
  const { samples, fromMs, leftOut, steady } = steadyPart(all, whole.latencyOf);
  const lastMs = samples.at(-1)?.intendedMs ?? fromMs;
  const longMs = percentile(
    samples.map(({ intendedMs, endMs }) => endMs - intendedMs),
    95,
  );
  const cut = lastMs - (longMs ?? 0);
  // When answers take as long as the test, the test never has full load, so no cool-down is removed.
  const toMs = cut - fromMs < (lastMs - fromMs) / 2 ? lastMs : cut;
  const kept = samples.filter(({ intendedMs }) => intendedMs <= toMs);
  const tallyOf = (some: readonly Sample[]): Tally => {
    const tally = createTally(loop, slo?.limits);
    for (const sample of some.toSorted((one, other) => one.endMs - other.endMs)) tally.add(sample);
    return tally;
  };
  const tally = tallyOf(kept);
  const known = new Set(kept);
  const gaps = whole.counts().itl;
  if (gaps !== undefined) tally.addGaps(gaps);
  const report = steadyReport({ samples: kept, fromMs }, all, toMs, loop, slo);
  const { itl } = tally.report(1).latency;
  return {
    tally,
    report: { ...report, latency: { ...report.latency, ...(itl !== undefined && { itl }) } },
    trim: { fromMs, toMs, before: leftOut, after: samples.length - kept.length, steady },
    excluded: tallyOf(all.filter((sample) => !known.has(sample))),
  };
}
