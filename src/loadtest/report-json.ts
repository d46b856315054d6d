import type { Summary } from './distribution.js';
import { describeLimits } from './request-limits.js';
import { withheldOf } from './sample.js';
import { short } from './short.js';
import { LATENCIES, type Report, type Tally } from './tally.js';
import type { TurnFigures } from './turns.js';

/** Converts a report to JSON. Names are stable; new ones may be added. Times in ms. */
export function reportJson(report: Report): Record<string, unknown> {
  const { latency, goodput } = report;
  return {
    duration_ms: short(report.durationMs),
    completed: report.completed,
    failed: report.failed,
    errors: report.errors.map(({ errorClass, count, example }) => ({ class: errorClass, count, example })),
    ttft_ms: summaryJson(latency.ttft),
    tpot_ms: summaryJson(latency.tpot),
    tpot_withheld: report.withheld,
    malformed_events: report.malformed.events,
    itl_ms: summaryJson(latency.itl),
    e2e_ms: summaryJson(latency.e2e),
    arrival_lag_ms: summaryJson(report.lag),
    requests_per_s: short(report.requestsPerSecond),
    output_tokens_per_s: short(report.outputTokensPerSecond),
    tokens_estimated: report.tokensEstimated,
    cost:
      report.cost === undefined
        ? null
        : { usd: report.cost.usd, as_of: report.cost.asOf, unpriced: report.unpriced ?? 0 },
    goodput:
      goodput === undefined
        ? null
        : {
            slo_ms: Object.fromEntries(goodput.limits.map(({ name, ms }) => [name, ms])),
            slo: describeLimits(goodput.limits),
            requests_per_s: short(goodput.perSecond),
            share: short(goodput.share),
          },
  };
}

export const CSV_HEADER =
  'mode,index,outcome,error,intended_ms,lag_ms,end_ms,ttft_ms,tpot_ms,e2e_ms,output_tokens,tpot_withheld,attempts,retries_ms,replaced,turn,prompt_tokens,cached_tokens,malformed_events\n';

/** Returns one CSV line for each request, in the order of their ends. Figures are as in the report. */
export function csvLines(mode: string, tally: Tally): string {
  return tally.samples
    .map((sample) => {
      const { index, outcome, intendedMs, endMs, malformedEvents = 0 } = sample;
      const common = [quoted(mode), index, outcome];
      const tries = [sample.attempts, short(sample.retriesMs), sample.replaced, sample.turn];
      if (sample.outcome === 'failed') {
        return [
          ...common,
          quoted(sample.errorClass),
          short(intendedMs),
          '',
          short(endMs),
          ...['', '', '', '', ''],
          ...tries,
          ...['', ''],
          malformedEvents,
        ];
      }
      const { ttft, tpot, e2e } = tally.latencyOf(sample);
      const figures = [ttft, tpot, e2e].map((value) => (value === undefined ? '' : short(value)));
      return [
        ...common,
        '',
        short(intendedMs),
        short(sample.lagMs),
        short(endMs),
        ...figures,
        sample.outputTokens,
        withheldOf(sample) ?? '',
        ...tries,
        sample.promptTokens ?? '',
        sample.cachedTokens ?? '',
        malformedEvents,
      ];
    })
    .map((cells) => `${cells.join(',')}\n`)
    .join('');
}

/** Converts the figures of each turn to JSON. */
export function turnsJson(turns: readonly TurnFigures[]): Record<string, unknown>[] {
  return turns.map(({ turn, completed, failed, promptTokens, cachedTokens, ttft, tpot, e2e }) => ({
    turn,
    completed,
    failed,
    prompt_tokens: promptTokens === undefined ? null : short(promptTokens),
    cached_tokens: cachedTokens === undefined ? null : short(cachedTokens),
    ttft_ms: summaryJson(ttft),
    tpot_ms: summaryJson(tpot),
    e2e_ms: summaryJson(e2e),
  }));
}

/** Returns the figures of each complete request, in the order of their ends, to compare runs. */
export function samplesJson(tally: Tally): Record<string, number[]> {
  const figures = tally.samples.flatMap((one) => (one.outcome === 'complete' ? [tally.latencyOf(one)] : []));
  const all = (name: 'ttft' | 'tpot' | 'e2e'): number[] =>
    figures.flatMap((one) => (one[name] === undefined ? [] : [short(one[name])]));
  return { ttft_ms: all('ttft'), tpot_ms: all('tpot'), e2e_ms: all('e2e') };
}

/** Returns the distributions of a report. `us` has pairs: the start of a bucket in microseconds and its count. */
export function histogramsJson(tally: Tally): Record<string, unknown> {
  const counts = tally.counts();
  return Object.fromEntries(
    [...LATENCIES, 'lag' as const].map((name) => {
      const found = counts[name];
      const key = name === 'lag' ? 'arrival_lag_ms' : `${name}_ms`;
      if (found === undefined) return [key, null];
      const { sum, min, max, buckets } = found;
      return [key, { sum: short(sum), min: short(min), max: short(max), us: buckets }];
    }),
  );
}

/** Formats a report as indented JSON, with each array of values on one line. */
export function reportText(report: Record<string, unknown>): string {
  return `${written(report, '')}\n`;
}

function written(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (!value.some((one) => typeof one === 'object' && one !== null)) return JSON.stringify(value);
    return `[\n${value.map((one) => inner + written(one, inner)).join(',\n')}\n${indent}]`;
  }
  const members = Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .map(([name, one]) => `${inner}${JSON.stringify(name)}: ${written(one, inner)}`);
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${indent}}`;
}

export function summaryJson(summary: Summary | undefined): Record<string, number> | null {
  if (summary === undefined) return null;
  return Object.fromEntries(Object.entries(summary).map(([name, value]) => [name, short(value)]));
}

/** RFC 4180. */
export function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
