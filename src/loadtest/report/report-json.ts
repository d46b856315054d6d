import { recordOf } from '../../common/json.js';
import { describeLimits } from '../conditions/request-limits.js';
import type { Summary } from '../figures/distribution.js';
import { short } from '../figures/short.js';
import { LATENCIES, type Report, type Tally } from '../figures/tally.js';
import type { TurnFigures } from '../figures/turns.js';
import type { Latency } from '../samples/sample.js';
import { Column } from './column.js';

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
export function samplesJson({ samples, latencyOf }: Tally): Record<string, Column> {
  const all = (name: keyof Latency): Column =>
    new Column(samples, (one) => {
      const ms = one.outcome === 'complete' ? latencyOf(one)[name] : undefined;
      return ms === undefined ? undefined : short(ms);
    });
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

/** Formats a report as indented JSON, with each array of values on one line. Yields it in pieces. */
export function* reportText(report: Record<string, unknown>): Generator<string> {
  yield* written(report, '');
  yield '\n';
}

function* written(value: unknown, indent: string): Generator<string> {
  if (value instanceof Column) {
    yield* column(value);
    return;
  }
  const inner = `${indent}  `;
  if (isPlain(value)) yield JSON.stringify(value) ?? 'null';
  else if (Array.isArray(value)) {
    yield '[';
    for (const [place, one] of value.entries()) {
      yield `${place === 0 ? '' : ','}\n${inner}`;
      yield* written(one, inner);
    }
    yield `\n${indent}]`;
  } else {
    const members = Object.entries(recordOf(value)).filter(([, one]) => one !== undefined);
    yield '{';
    for (const [place, [name, one]] of members.entries()) {
      yield `${place === 0 ? '' : ','}\n${inner}${JSON.stringify(name)}: `;
      yield* written(one, inner);
    }
    yield members.length === 0 ? '}' : `\n${indent}}`;
  }
}

/** Whether the value is written on one line. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Array.isArray(value) && !value.some((one) => typeof one === 'object' && one !== null);
}

const PIECE_CHARS = 64 * 1024;

function* column(values: Column): Generator<string> {
  let text = '[';
  let separator = '';
  for (const value of values) {
    text += `${separator}${Number.isFinite(value) ? value : null}`;
    separator = ',';
    if (text.length < PIECE_CHARS) continue;
    yield text;
    text = '';
  }
  yield `${text}]`;
}

export function summaryJson(summary: Summary | undefined): Record<string, number> | null {
  if (summary === undefined) return null;
  return Object.fromEntries(Object.entries(summary).map(([name, value]) => [name, short(value)]));
}
