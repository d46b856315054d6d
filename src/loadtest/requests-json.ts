import { memberOf } from '../common/json.js';
import type { Cost } from '../metrics/cost.js';
import { HOPS, type HopName, type Hops } from '../metrics/hops.js';
import { NO_SPEED, type Speed, WITHHELD } from '../metrics/speed.js';
import { type Sample, withheldOf } from './sample.js';
import { short } from './short.js';
import type { Tally } from './tally.js';

/** One figure's value for each request; null when the request lacks it. */
type Column = (number | null)[];

/**
 * Converts all requests to JSON, with a column for each figure, so that `bench merge` and other programs can restore
 * them. Times in ms. TTFT and E2E are as in the report.
 */
export function requestsJson({ samples, latencyOf }: Tally): Record<string, unknown> {
  const errors = [...new Set(samples.flatMap((one) => (one.outcome === 'failed' ? [one.errorClass] : [])))];
  const latencies = samples.map((one) => (one.outcome === 'complete' ? latencyOf(one) : {}));
  const of = (figure: (sample: Sample) => number | undefined): Column =>
    samples.map((sample) => shortOrNull(figure(sample)));
  const complete = (
    figure: (sample: Extract<Sample, { outcome: 'complete' }>) => number | undefined,
  ): Column => of((sample) => (sample.outcome === 'complete' ? figure(sample) : undefined));
  const priced = samples.some((one) => one.outcome === 'complete' && one.cost !== undefined);
  return {
    index: samples.map(({ index }) => index),
    turn: samples.map(({ turn }) => turn),
    // Null: the request completed.
    error: samples.map((one) => (one.outcome === 'failed' ? errors.indexOf(one.errorClass) : null)),
    error_classes: errors,
    intended_ms: of(({ intendedMs }) => intendedMs),
    lag_ms: of(({ lagMs }) => lagMs),
    end_ms: of(({ endMs }) => endMs),
    ttft_ms: latencies.map(({ ttft }) => shortOrNull(ttft)),
    tpot_ms: latencies.map(({ tpot }) => shortOrNull(tpot)),
    e2e_ms: latencies.map(({ e2e }) => shortOrNull(e2e)),
    tpot_withheld: samples.map((one) => {
      const reason = one.outcome === 'complete' ? withheldOf(one) : undefined;
      return reason === undefined ? null : WITHHELD.indexOf(reason);
    }),
    withheld_reasons: WITHHELD,
    gap_p50_ms: complete(({ gaps }) => gaps?.p50),
    gap_max_ms: complete(({ gaps }) => gaps?.max),
    output_tokens: complete(({ outputTokens }) => outputTokens),
    prompt_tokens: complete(({ promptTokens }) => promptTokens),
    cached_tokens: complete(({ cachedTokens }) => cachedTokens),
    attempts: samples.map(({ attempts }) => attempts),
    retries_ms: of(({ retriesMs }) => retriesMs),
    replaced: samples.map(({ replaced }) => replaced),
    malformed_events: samples.map(({ malformedEvents = 0 }) => malformedEvents),
    cost_usd: priced
      ? samples.map((one) => (one.outcome === 'complete' ? (one.cost?.usd ?? null) : null))
      : null,
    hops_ms: Object.fromEntries(
      HOPS.flatMap(({ name }) => {
        const column = of(({ hops }) => hops?.[name]);
        return column.some((value) => value !== null) ? [[name, column]] : [];
      }),
    ),
  };
}

/** Members of a report that apply to all its requests. */
export interface RequestContext {
  readonly loop: 'closed' | 'open';
  readonly tokensEstimated: boolean;
  /** The day of the price table. */
  readonly asOf: string;
  /** The first message of each error class. */
  readonly examples: ReadonlyMap<string, string>;
}

/** Restores the samples from the output of `requestsJson`; undefined for another value or a damaged one. */
export function samplesFrom(value: unknown, context: RequestContext): Sample[] | undefined {
  const index = numbersOf(value, 'index');
  if (index === undefined) return undefined;
  const column = (name: string): Column => numbersOf(value, name) ?? [];
  const columns = Object.fromEntries(FIGURES.map((name) => [name, column(name)]));
  const at = (name: (typeof FIGURES)[number], row: number): number | undefined =>
    columns[name]?.[row] ?? undefined;
  const classes = listOf(value, 'error_classes').map(String);
  const hops = memberOf(value, 'hops_ms');
  const hopColumns = HOPS.map(({ name }) => [name, numbersOf(hops, name)] as const);
  const all = [...FIGURES.map((name) => [name, columns[name]] as const), ...hopColumns];
  const isWhole = ([name, values]: (typeof all)[number]): boolean =>
    values?.length === index.length || (!NEEDED.has(name) && (values ?? []).length === 0);
  if (!all.every(isWhole)) return undefined;
  return index.map((number, row) => {
    const lagMs = at('lag_ms', row);
    const malformedEvents = at('malformed_events', row) ?? 0;
    const common = {
      index: number ?? row,
      turn: at('turn', row) ?? 1,
      intendedMs: at('intended_ms', row) ?? 0,
      endMs: at('end_ms', row) ?? 0,
      attempts: at('attempts', row) ?? 1,
      retriesMs: at('retries_ms', row) ?? 0,
      replaced: at('replaced', row) ?? 0,
      ...(malformedEvents > 0 && { malformedEvents }),
      ...(lagMs !== undefined && { lagMs }),
      hops: hopsAt(hopColumns, row),
    };
    const error = at('error', row);
    if (error !== undefined) {
      const errorClass = classes[error] ?? 'unknown';
      return { ...common, outcome: 'failed', errorClass, message: context.examples.get(errorClass) ?? '' };
    }
    const shiftMs = context.loop === 'open' ? (lagMs ?? 0) : 0;
    const [ttft, e2e] = [at('ttft_ms', row), at('e2e_ms', row)];
    const [gapMs, longestMs] = [at('gap_p50_ms', row), at('gap_max_ms', row)];
    const [promptTokens, cachedTokens, usd] = [
      at('prompt_tokens', row),
      at('cached_tokens', row),
      at('cost_usd', row),
    ];
    return {
      ...common,
      outcome: 'complete',
      lagMs: lagMs ?? 0,
      speed: speedOf(at('tpot_ms', row), at('tpot_withheld', row)),
      outputTokens: at('output_tokens', row) ?? 0,
      tokensEstimated: context.tokensEstimated,
      ...(ttft !== undefined && { ttftMs: ttft - shiftMs }),
      ...(e2e !== undefined && { e2eMs: e2e - shiftMs }),
      ...(gapMs !== undefined && longestMs !== undefined && { gaps: { p50: gapMs, max: longestMs } }),
      ...(promptTokens !== undefined && { promptTokens }),
      ...(cachedTokens !== undefined && { cachedTokens }),
      ...(usd !== undefined && { cost: { usd, asOf: context.asOf } satisfies Cost }),
    };
  });
}

const FIGURES = [
  'turn',
  'error',
  'intended_ms',
  'lag_ms',
  'end_ms',
  'ttft_ms',
  'tpot_ms',
  'e2e_ms',
  'tpot_withheld',
  'gap_p50_ms',
  'gap_max_ms',
  'output_tokens',
  'prompt_tokens',
  'cached_tokens',
  'attempts',
  'retries_ms',
  'replaced',
  'malformed_events',
  'cost_usd',
] as const;

/** Figures that reports of all versions have. */
const NEEDED: ReadonlySet<string> = new Set(['intended_ms', 'end_ms']);

function speedOf(tpotMs: number | undefined, withheld: number | undefined): Speed {
  if (tpotMs !== undefined) return { kind: 'measured', tpotMs, tokensPerSecond: 1000 / tpotMs };
  const reason = WITHHELD[withheld ?? -1];
  return reason === undefined ? NO_SPEED : { kind: 'withheld', reason };
}

function hopsAt(columns: readonly (readonly [HopName, Column | undefined])[], row: number): Hops {
  const hops: Hops = {};
  for (const [name, column] of columns) {
    const ms = column?.[row];
    if (typeof ms === 'number') hops[name] = ms;
  }
  return hops;
}

function listOf(value: unknown, name: string): readonly unknown[] {
  const list = memberOf(value, name);
  return Array.isArray(list) ? list : [];
}

function numbersOf(value: unknown, name: string): Column | undefined {
  const list = memberOf(value, name);
  if (!Array.isArray(list)) return undefined;
  return list.map((one) => (typeof one === 'number' ? one : null));
}

function shortOrNull(value: number | undefined): number | null {
  return value === undefined ? null : short(value);
}
