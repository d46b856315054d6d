import { type Check, evaluate } from '../conditions/check.js';
import { compare, parseCondition } from '../conditions/condition.js';
import { describeLimits, meets, type RequestLimit } from '../conditions/request-limits.js';
import type { Slo } from '../conditions/slo.js';
import type { Report } from '../figures/tally.js';
import type { Latency, Sample } from '../samples/sample.js';

/** A condition of an SLO, expressed as a required share of good requests, so that it has a confidence interval. */
interface Criterion {
  readonly text: string;
  /** Required share of good requests, 0 to 1. */
  readonly share: number;
  /** Returns whether a request is good; undefined when the condition does not apply to it. */
  good(sample: Sample, latency: Latency): boolean | undefined;
}

export interface Criteria {
  readonly shares: readonly Criterion[];
  /** Conditions that are only judged by their value. */
  readonly points: readonly Check[];
}

/** Required share of answers within the limits for single answers when the SLO names no share. */
const GOODPUT_SHARE = 0.99;
/** Required share of complete requests when the SLO does not limit errors. */
const COMPLETE_SHARE = 0.99;

/** Converts an SLO to criteria for a load. An SLO without a share of good answers or errors requires 99 %. */
export function criteriaOf({ limits, checks }: Slo): Criteria {
  const shares: Criterion[] = [];
  const points: Check[] = [];
  for (const check of checks) {
    const criterion = shareOf(check, limits);
    if (criterion === undefined) points.push(check);
    else shares.push(criterion);
  }
  const isLimited = (figure: string): boolean =>
    checks.some(({ text }) => parseCondition(text)?.figure === figure);
  if (limits.length > 0 && !isLimited('goodput')) {
    const text = `${describeLimits(limits)} for ${100 * GOODPUT_SHARE} % of the requests`;
    shares.push({ text, share: GOODPUT_SHARE, good: (_, latency) => meets(limits, latency) });
  }
  // Goodput already counts failures.
  if (limits.length === 0 && !isLimited('errors')) {
    shares.push({
      text: `errors<=${Math.round(100 * (1 - COMPLETE_SHARE))}%`,
      share: COMPLETE_SHARE,
      good: ({ outcome }) => outcome === 'complete',
    });
  }
  return { shares, points };
}

function shareOf({ text }: Check, limits: readonly RequestLimit[]): Criterion | undefined {
  const condition = parseCondition(text);
  if (condition === undefined || condition.operator === '=') return undefined;
  const { figure, statistic, operator, limit, unit } = condition;
  const below = operator === '<' || operator === '<=';
  if (figure === 'errors' && unit === '%' && below && limit > 0)
    return { text, share: 1 - limit / 100, good: ({ outcome }) => outcome === 'complete' };
  if (figure === 'goodput' && unit === '%' && !below && operator !== '==' && operator !== '!=')
    return { text, share: limit / 100, good: (_, latency) => meets(limits, latency) };
  const [, percent] = /^p(\d+(?:\.\d+)?)$/.exec(statistic ?? '') ?? [];
  if (percent === undefined || !below) return undefined;
  if (figure !== 'ttft' && figure !== 'tpot' && figure !== 'e2e') return undefined;
  return {
    text,
    share: Number(percent) / 100,
    good(sample, latency) {
      const value = latency[figure];
      return sample.outcome !== 'complete' || value === undefined
        ? undefined
        : compare(value, operator, limit);
    },
  };
}

/** The verdict on one condition. */
export interface Judged {
  readonly text: string;
  readonly verdict: 'kept' | 'missed' | 'unclear';
  /** Whether the measured value meets the condition, also when the verdict is unclear. */
  readonly kept: boolean;
  /** The share of good requests with its interval, 0 to 1; undefined for a condition without a share. */
  readonly share?: { readonly value: number; readonly low: number; readonly high: number };
  /** The required share. */
  readonly needed?: number;
  /** The share that the tests of all nearby loads give together, 0 to 1; it decides `kept`. */
  readonly curve?: number;
  readonly of: number;
}

/** Required certainty of a verdict, in standard deviations. */
export const SURE = { rising: 1.64, narrowing: 2.58 } as const;
/** With fewer requests, no verdict is clear. */
export const FEWEST = 30;

/** Judges all conditions. @param samples in the order of their intended send times */
export function judge(
  { shares, points }: Criteria,
  samples: readonly Sample[],
  latencyOf: (sample: Sample) => Latency,
  report: Report,
  z: number,
): Judged[] {
  return [
    ...shares.map(({ text, share, good }): Judged => {
      const goods = samples.flatMap((sample) => good(sample, latencyOf(sample)) ?? []);
      const interval = shareInterval(goods, z);
      // An unmeasured condition is not met.
      if (interval === undefined) return { text, verdict: 'unclear', kept: false, of: 0 };
      const { value, low, high } = interval;
      const sure = goods.length >= FEWEST;
      const verdict = sure && low >= share ? 'kept' : sure && high < share ? 'missed' : 'unclear';
      return { text, verdict, kept: value >= share, share: interval, needed: share, of: goods.length };
    }),
    ...points.map((check): Judged => {
      const { passed } = evaluate(check, report);
      return { text: check.text, verdict: 'unclear', kept: passed, of: samples.length };
    }),
  ];
}

const BATCHES = 20;

/**
 * Returns Wilson's score interval of a share. Consecutive requests are similar, so the interval is as wide as for fewer
 * requests. The means of twenty batches show how much more they vary than independent requests would.
 */
export function shareInterval(goods: readonly boolean[], z: number) {
  const count = goods.length;
  if (count === 0) return undefined;
  const value = goods.filter((good) => good).length / count;
  const n = count / inflation(goods, value);
  const middle = (value + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((value * (1 - value)) / n + (z * z) / (4 * n * n));
  return { value, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/** Returns the variance of the batches' means, relative to that of independent requests; at least 1. */
function inflation(goods: readonly boolean[], share: number): number {
  const size = Math.floor(goods.length / BATCHES);
  const independent = share * (1 - share);
  if (size < 5 || independent === 0) return 1;
  let squares = 0;
  for (let batch = 0; batch < BATCHES; batch += 1) {
    let good = 0;
    for (let at = batch * size; at < (batch + 1) * size; at += 1) if (goods[at]) good += 1;
    squares += (good / size - share) ** 2;
  }
  return Math.max(1, ((squares / (BATCHES - 1)) * size) / independent);
}
