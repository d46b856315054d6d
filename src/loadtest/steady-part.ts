import { percentile } from '../metrics/percentile.js';
import type { Sample } from './sample.js';
import type { Slo } from './slo.js';
import { steadyFrom } from './steady.js';
import { createTally, type Report, type Tally } from './tally.js';

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

/** What `--warmup auto` made of a test. Times in ms since its start. */
export interface Trim {
  readonly fromMs: number;
  readonly toMs: number;
  /** Requests that were left out at the beginning and at the end. */
  readonly before: number;
  readonly after: number;
  /** False: the figures were still changing in the second half. */
  readonly steady: boolean;
}

/** Fewer requests have no steady part that can be told. */
export const FEWEST_FOR_TRIM = 50;

/**
 * A test without its warm-up and its cool-down. The cool-down is as long as nearly all answers take (p95) before the last
 * request: those sent before it had the full load beside them to their end. Requests are left out by when they were due, so short
 * answers are not favoured.
 * @returns undefined for too few requests
 */
export function trimmed(
  whole: Tally,
  loop: 'open' | 'closed',
  slo: Slo | undefined,
): { tally: Tally; report: Report; trim: Trim } | undefined {
  const all = whole.samples;
  if (all.length < FEWEST_FOR_TRIM) return undefined;
  const { samples, fromMs, leftOut, steady } = steadyPart(all, whole.latencyOf);
  const lastMs = samples.at(-1)?.intendedMs ?? fromMs;
  const longMs = percentile(
    samples.map(({ intendedMs, endMs }) => endMs - intendedMs),
    95,
  );
  const cut = lastMs - (longMs ?? 0);
  // Where answers take as long as the test, there is no full load.
  const toMs = cut - fromMs < (lastMs - fromMs) / 2 ? lastMs : cut;
  const kept = samples.filter(({ intendedMs }) => intendedMs <= toMs);
  const tally = createTally(loop, slo?.limits);
  for (const sample of kept.toSorted((one, other) => one.endMs - other.endMs)) tally.add(sample);
  const gaps = whole.counts().itl;
  if (gaps !== undefined) tally.addGaps(gaps);
  const report = steadyReport({ samples: kept, fromMs }, all, toMs, loop, slo);
  const { itl } = tally.report(1).latency;
  return {
    tally,
    report: { ...report, latency: { ...report.latency, ...(itl !== undefined && { itl }) } },
    trim: { fromMs, toMs, before: leftOut, after: samples.length - kept.length, steady },
  };
}
