import { memberOf } from '../../common/json.js';
import type { Cost } from '../../metrics/cost.js';
import { HOPS, type HopName, type Hops } from '../../metrics/hops.js';
import { NO_SPEED, type Speed, WITHHELD } from '../../metrics/speed.js';
import { short } from '../figures/short.js';
import type { Tally } from '../figures/tally.js';
import { type Sample, type Sent, withheldOf } from '../samples/sample.js';
import { Column } from './column.js';

/**
 * Converts all requests to JSON, with a column for each figure, so that `bench merge` and other programs can restore
 * them. Times in ms. TTFT and E2E are as in the report.
 */
export function requestsJson({ samples, latencyOf }: Tally): Record<string, unknown> {
  const classes = new Set<string>();
  const reached = new Set<HopName>();
  let priced = false;
  for (const one of samples) {
    if (one.outcome === 'failed') classes.add(one.errorClass);
    else priced ||= one.cost !== undefined;
    const { hops = {} } = one;
    for (const { name } of HOPS) if (hops[name] !== undefined) reached.add(name);
  }
  const errors = [...classes];
  /** `null`: the request lacks the figure. */
  const of = (figure: (sample: Sample) => number | undefined): Column =>
    new Column(samples, (sample) => figure(sample) ?? null);
  const ms = (figure: (sample: Sample) => number | undefined): Column =>
    new Column(samples, (sample) => shortOrNull(figure(sample)));
  const complete = (figure: (sample: Sent) => number | undefined): Column =>
    ms((sample) => (sample.outcome === 'complete' ? figure(sample) : undefined));
  return {
    index: of(({ index }) => index),
    turn: of(({ turn }) => turn),
    // Null: the request completed.
    error: of((one) => (one.outcome === 'failed' ? errors.indexOf(one.errorClass) : undefined)),
    error_classes: errors,
    intended_ms: ms(({ intendedMs }) => intendedMs),
    lag_ms: ms(({ lagMs }) => lagMs),
    end_ms: ms(({ endMs }) => endMs),
    ttft_ms: complete((one) => latencyOf(one).ttft),
    tpot_ms: complete((one) => latencyOf(one).tpot),
    e2e_ms: complete((one) => latencyOf(one).e2e),
    tpot_withheld: complete((one) => {
      const reason = withheldOf(one);
      return reason === undefined ? undefined : WITHHELD.indexOf(reason);
    }),
    withheld_reasons: WITHHELD,
    gap_p50_ms: complete(({ gaps }) => gaps?.p50),
    gap_max_ms: complete(({ gaps }) => gaps?.max),
    output_tokens: complete(({ outputTokens }) => outputTokens),
    prompt_tokens: complete(({ promptTokens }) => promptTokens),
    cached_tokens: complete(({ cachedTokens }) => cachedTokens),
    attempts: of(({ attempts }) => attempts),
    retries_ms: ms(({ retriesMs }) => retriesMs),
    replaced: of(({ replaced }) => replaced),
    malformed_events: of(({ malformedEvents = 0 }) => malformedEvents),
    cost_usd: priced ? of((one) => (one.outcome === 'complete' ? one.cost?.usd : undefined)) : null,
    hops_ms: Object.fromEntries(
      HOPS.flatMap(({ name }) => (reached.has(name) ? [[name, ms(({ hops }) => hops?.[name])]] : [])),
    ),
  };
}

/** A column of numbers in a saved report; null when the request lacks the figure. */
type SavedColumn = (number | null)[];

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
  const column = (name: string): SavedColumn => numbersOf(value, name) ?? [];
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

function hopsAt(columns: readonly (readonly [HopName, SavedColumn | undefined])[], row: number): Hops {
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

function numbersOf(value: unknown, name: string): SavedColumn | undefined {
  const list = memberOf(value, name);
  if (!Array.isArray(list)) return undefined;
  return list.map((one) => (typeof one === 'number' ? one : null));
}

function shortOrNull(value: number | undefined): number | null {
  return value === undefined ? null : short(value);
}
