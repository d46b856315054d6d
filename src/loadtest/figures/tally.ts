import { type Cost, sumOfCosts } from '../../metrics/cost.js';
import { WITHHELD, type Withheld } from '../../metrics/speed.js';
import { meets, type RequestLimit } from '../conditions/request-limits.js';
import { type Latency, latencyOf, type Sample, type Sent, withheldOf } from '../samples/sample.js';
import { createSampleLog } from '../samples/sample-log.js';
import { type Counts, createDistribution, type Summary } from './distribution.js';
import { createFailures } from './failures.js';

export const LATENCIES = ['ttft', 'tpot', 'itl', 'e2e'] as const;
export type LatencyName = (typeof LATENCIES)[number];

/** The result of a load test. Rates are per second of the whole test; times in ms. */
export interface Report {
  durationMs: number;
  completed: number;
  failed: number;
  /** Errors by class, the most frequent first; `example` is the class's most frequent message. */
  errors: readonly { errorClass: string; count: number; example: string }[];
  latency: Partial<Record<LatencyName, Summary>>;
  /** Number of complete answers without TPOT, by reason; reasons that did not occur are absent. */
  withheld: Partial<Record<Withheld, number>>;
  /** Number of unreadable events or parts of events, and of answers that had some, with any outcome. */
  malformed: { events: number; answers: number };
  /** Delay between intended and actual send. */
  lag?: Summary;
  requestsPerSecond: number;
  outputTokensPerSecond: number;
  /** TPOT and token rates use estimates, because the provider sent no counts. */
  tokensEstimated: boolean;
  /** Sum over the complete answers with a known price. */
  cost?: Cost;
  /** Number of complete requests without a known cost; absent when `cost` is. */
  unpriced?: number;
  goodput?: { limits: readonly RequestLimit[]; perSecond: number; share: number };
}

/** Collects a test's results. */
export interface Tally {
  /** @param gapsMs gaps between the answer's arrivals; ignored for a failed answer */
  add(sample: Sample, gapsMs?: readonly number[]): void;
  /** Adds the gaps of complete answers whose samples were added without gaps. */
  addGaps(gaps: Counts): void;
  /** Returns the report so far; `durationMs` since the start. */
  report(durationMs: number): Report;
  readonly count: number;
  /** Returns views of the samples from number `first` on, in the order in which they were added. */
  samplesFrom(first: number): readonly Sample[];
  /** Views of all samples, in the order of their end. A view has no members of its own, so a spread copies none. */
  readonly samples: readonly Sample[];
  /** Returns the distributions of the report. */
  counts(): Partial<Record<LatencyName | 'lag', Counts>>;
  /** Returns a sample's figures as reported. In an open loop they are measured from the intended send time. */
  latencyOf(sample: Sent): Latency;
}

export function createTally(loop: 'closed' | 'open', limits: readonly RequestLimit[] = []): Tally {
  const log = createSampleLog();
  let samples: readonly Sample[] = [];
  const errors = new Map<string, ReturnType<typeof createFailures>>();
  const distributions = {
    ttft: createDistribution(),
    tpot: createDistribution(),
    itl: createDistribution(),
    e2e: createDistribution(),
  };
  const lag = createDistribution();
  const withheld = new Map<Withheld, number>();
  let completed = 0;
  let tokens = 0;
  let estimated = false;
  let cost: Cost | undefined;
  let priced = 0;
  let good = 0;
  const malformed = { events: 0, answers: 0 };

  const latency = (sample: Sent): Latency => latencyOf(sample, loop === 'open' ? sample.lagMs : 0);

  const addSent = (sample: Sent, gapsMs: readonly number[]): void => {
    completed += 1;
    tokens += sample.outputTokens;
    estimated ||= sample.tokensEstimated;
    if (sample.cost !== undefined) {
      cost = sumOfCosts([cost, sample.cost]);
      priced += 1;
    }
    lag.record(sample.lagMs);
    for (const ms of gapsMs) distributions.itl.record(ms);
    const reason = withheldOf(sample);
    if (reason !== undefined) withheld.set(reason, (withheld.get(reason) ?? 0) + 1);
    const figures = latency(sample);
    const { ttft, tpot, e2e } = figures;
    if (ttft !== undefined) distributions.ttft.record(ttft);
    if (tpot !== undefined) distributions.tpot.record(tpot);
    if (e2e !== undefined) distributions.e2e.record(e2e);
    if (limits.length > 0 && meets(limits, figures)) good += 1;
  };

  return {
    get count() {
      return log.length;
    },
    samplesFrom: log.from,
    get samples() {
      if (samples.length < log.length) samples = log.from(0).sort((one, other) => one.endMs - other.endMs);
      return samples;
    },
    latencyOf: latency,
    counts() {
      const all = [
        ...LATENCIES.map((name) => [name, distributions[name].counts()] as const),
        ['lag', lag.counts()] as const,
      ];
      return Object.fromEntries(all.filter(([, counts]) => counts !== undefined));
    },
    add(sample, gapsMs = []) {
      log.add(sample);
      const { malformedEvents = 0 } = sample;
      malformed.events += malformedEvents;
      if (malformedEvents > 0) malformed.answers += 1;
      if (sample.outcome === 'complete') return addSent(sample, gapsMs);
      const known = errors.get(sample.errorClass) ?? createFailures();
      known.add(sample.message);
      errors.set(sample.errorClass, known);
    },
    addGaps: distributions.itl.add,
    report(durationMs) {
      const perSecond = (count: number): number => (durationMs > 0 ? (count * 1000) / durationMs : 0);
      const lags = lag.summary();
      return {
        durationMs,
        completed,
        failed: log.length - completed,
        errors: [...errors]
          .map(([errorClass, failures]) => ({ errorClass, ...failures.counted() }))
          .toSorted((one, other) => other.count - one.count || (one.errorClass < other.errorClass ? -1 : 1)),
        latency: Object.fromEntries(
          LATENCIES.flatMap((name) => {
            const summary = distributions[name].summary();
            return summary === undefined ? [] : [[name, summary]];
          }),
        ),
        withheld: Object.fromEntries(
          WITHHELD.flatMap((reason) => {
            const count = withheld.get(reason);
            return count === undefined ? [] : [[reason, count]];
          }),
        ),
        malformed: { ...malformed },
        ...(lags !== undefined && { lag: lags }),
        requestsPerSecond: perSecond(completed),
        outputTokensPerSecond: perSecond(tokens),
        tokensEstimated: estimated,
        ...(cost !== undefined && { cost, unpriced: completed - priced }),
        ...(limits.length > 0 && {
          goodput: {
            limits,
            perSecond: perSecond(good),
            share: log.length === 0 ? 0 : good / log.length,
          },
        }),
      };
    },
  };
}
