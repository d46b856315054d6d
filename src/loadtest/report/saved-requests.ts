import { memberOf } from '../../common/json.js';
import type { Cost } from '../../metrics/cost.js';
import { HOPS, type Hops } from '../../metrics/hops.js';
import { NO_SPEED, type Speed, WITHHELD } from '../../metrics/speed.js';
import type { Sample } from '../samples/sample.js';
import { numberList } from './number-list.js';

/** Members of a report that apply to all its requests. */
export interface RequestContext {
  readonly loop: 'closed' | 'open';
  readonly tokensEstimated: boolean;
  /** The day of the price table. */
  readonly asOf: string;
  /** The first message of each error class. */
  readonly examples: ReadonlyMap<string, string>;
}

/** The requests of a report. A sample is made when it is read: those of millions of requests would fill the memory. */
export interface SavedRequests extends Iterable<Sample> {
  readonly length: number;
  /** The end of the last request in ms; 0 without requests. */
  readonly lastEndMs: number;
}

/** Restores the requests from the output of `requestsJson`; undefined for another value or a damaged one. */
export function savedRequests(value: unknown, context: RequestContext): SavedRequests | undefined {
  const index = numberList(memberOf(value, 'index'));
  if (index === undefined) return undefined;
  const columns = columnsOf(value, FIGURES);
  const hops = columnsOf(
    memberOf(value, 'hops_ms'),
    HOPS.map(({ name }) => name),
  );
  const isWhole = ([name, { length }]: readonly [string, Float64Array]): boolean =>
    length === index.length || (!NEEDED.has(name) && length === 0);
  if (![...columns, ...hops].every(isWhole)) return undefined;
  const classes = listOf(value, 'error_classes').map(String);
  return {
    length: index.length,
    lastEndMs: (columns.get('end_ms') ?? NONE).reduce((last, ms) => (ms > last ? ms : last), 0),
    *[Symbol.iterator]() {
      for (const [row, number] of index.entries()) {
        const at = (name: Figure): number | undefined => numberAt(columns.get(name), row);
        yield sampleAt(at, {
          context,
          classes,
          index: Number.isNaN(number) ? row : number,
          hops: hopsAt(hops, row),
        });
      }
    },
  };
}

function sampleAt(
  at: (name: Figure) => number | undefined,
  {
    context,
    classes,
    ...own
  }: { context: RequestContext; classes: readonly string[]; index: number; hops: Hops },
): Sample {
  const lagMs = at('lag_ms');
  const malformedEvents = at('malformed_events') ?? 0;
  const common = {
    ...own,
    turn: at('turn') ?? 1,
    intendedMs: at('intended_ms') ?? 0,
    endMs: at('end_ms') ?? 0,
    attempts: at('attempts') ?? 1,
    retriesMs: at('retries_ms') ?? 0,
    replaced: at('replaced') ?? 0,
    ...(malformedEvents > 0 && { malformedEvents }),
    ...(lagMs !== undefined && { lagMs }),
  };
  const error = at('error');
  if (error !== undefined) {
    const errorClass = classes[error] ?? 'unknown';
    return { ...common, outcome: 'failed', errorClass, message: context.examples.get(errorClass) ?? '' };
  }
  const shiftMs = context.loop === 'open' ? (lagMs ?? 0) : 0;
  const [ttft, e2e] = [at('ttft_ms'), at('e2e_ms')];
  const [gapMs, longestMs] = [at('gap_p50_ms'), at('gap_max_ms')];
  const [promptTokens, cachedTokens, usd] = [at('prompt_tokens'), at('cached_tokens'), at('cost_usd')];
  return {
    ...common,
    outcome: 'complete',
    lagMs: lagMs ?? 0,
    speed: speedOf(at('tpot_ms'), at('tpot_withheld')),
    outputTokens: at('output_tokens') ?? 0,
    tokensEstimated: context.tokensEstimated,
    ...(ttft !== undefined && { ttftMs: ttft - shiftMs }),
    ...(e2e !== undefined && { e2eMs: e2e - shiftMs }),
    ...(gapMs !== undefined && longestMs !== undefined && { gaps: { p50: gapMs, max: longestMs } }),
    ...(promptTokens !== undefined && { promptTokens }),
    ...(cachedTokens !== undefined && { cachedTokens }),
    ...(usd !== undefined && { cost: { usd, asOf: context.asOf } satisfies Cost }),
  };
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
type Figure = (typeof FIGURES)[number];

/** Figures that reports of all versions have. */
const NEEDED: ReadonlySet<string> = new Set<Figure>(['intended_ms', 'end_ms']);
const NONE = new Float64Array();

/** Returns the columns with these names; a column that the report lacks is empty. */
function columnsOf<Name extends string>(value: unknown, names: readonly Name[]): Map<Name, Float64Array> {
  return new Map(names.map((name) => [name, numberList(memberOf(value, name)) ?? NONE]));
}

function numberAt(column: Float64Array | undefined, row: number): number | undefined {
  const value = column?.[row];
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

function speedOf(tpotMs: number | undefined, withheld: number | undefined): Speed {
  if (tpotMs !== undefined) return { kind: 'measured', tpotMs, tokensPerSecond: 1000 / tpotMs };
  const reason = WITHHELD[withheld ?? -1];
  return reason === undefined ? NO_SPEED : { kind: 'withheld', reason };
}

function hopsAt(columns: ReturnType<typeof columnsOf<keyof Hops>>, row: number): Hops {
  const hops: Hops = {};
  for (const [name, column] of columns) {
    const ms = numberAt(column, row);
    if (ms !== undefined) hops[name] = ms;
  }
  return hops;
}

function listOf(value: unknown, name: string): readonly unknown[] {
  const list = memberOf(value, name);
  return Array.isArray(list) ? list : [];
}
