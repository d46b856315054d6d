import { type JsonRecord, recordOf } from '../../common/json.js';
import { type HopWords, hopWords } from '../common/hops.js';

/** The report of `bench --json`, parsed for the page. Times in ms. */
export interface Report {
  readonly loop: 'open' | 'closed';
  readonly runs: readonly Run[];
}

/** One endpoint's test. */
export interface Run {
  readonly name: string;
  readonly durationMs: number;
  readonly requests: Requests;
  readonly histograms: Readonly<Record<string, Histogram | undefined>>;
  /** The results of several loads, the lowest first; empty for a single load. */
  readonly levels: readonly LevelRow[];
  /** The unit of the loads, e.g. `arrivals a second`. */
  readonly loadText: string;
  /** Undefined when no metrics page was read. */
  readonly server: ServerFigures | undefined;
}

/** A server's figures over the test. */
export interface ServerFigures {
  readonly name: string;
  /** Times since the start. */
  readonly atMs: Column;
  /** Values by role, one for each time. */
  readonly figures: ReadonlyMap<string, Column>;
}

/** One load of a curve. Times in ms, rates per second. */
export interface LevelRow {
  readonly load: number;
  readonly done: number | null;
  readonly good: number | null;
  readonly ttftP50: number | null;
  readonly ttftP95: number | null;
  readonly e2eP95: number | null;
  /** The server's figures; null when no metrics page was read. The KV cache is a share, 0 to 1. */
  readonly running: number | null;
  readonly waiting: number | null;
  readonly kvCacheMax: number | null;
}

export type Column = readonly (number | null)[];

/** A column for each figure and a row for each request, in the order of their ends. */
export interface Requests {
  readonly count: number;
  readonly index: Column;
  readonly turn: Column;
  /** Send time since the start; null when the request was never sent. */
  readonly sentMs: Column;
  /** End time since the start. */
  readonly endMs: Column;
  readonly lagMs: Column;
  /** The part of the lag that TTFT and E2E include. */
  readonly lateMs: Column;
  readonly ttftMs: Column;
  readonly tpotMs: Column;
  readonly e2eMs: Column;
  readonly gapMaxMs: Column;
  readonly outputTokens: Column;
  readonly promptTokens: Column;
  readonly cachedTokens: Column;
  readonly attempts: Column;
  /** Returns the error class; undefined for a complete answer. */
  errorOf(row: number): string | undefined;
  readonly hops: readonly HopColumn[];
}

export interface HopColumn extends HopWords {
  readonly name: string;
  readonly ms: Column;
}

/** The start of each bucket, in ms, and its number of values. */
export interface Histogram {
  readonly fromMs: readonly number[];
  readonly counts: readonly number[];
  readonly total: number;
}

/** Parses the JSON report. Missing members become empty. */
export function readReport(value: unknown): Report {
  const report = recordOf(value);
  const load = recordOf(report.load);
  const loop = load.loop === 'open' ? 'open' : 'closed';
  const direct = load.through === 'direct';
  const runs = Array.isArray(report.runs)
    ? report.runs.map((run) => readRun(recordOf(run), loop, direct))
    : [];
  return { loop, runs };
}

function readRun(run: JsonRecord, loop: Report['loop'], direct: boolean): Run {
  const histograms = Object.entries(recordOf(run.histograms)).map(([name, value]) => [
    name,
    histogramOf(value),
  ]);
  return {
    name: String(run.mode),
    durationMs: typeof run.duration_ms === 'number' ? run.duration_ms : 0,
    requests: readRequests(recordOf(run.requests), loop, direct),
    histograms: Object.fromEntries(histograms),
    levels: levelsOf(recordOf(run.curve).levels),
    loadText: loadText(recordOf(run.curve)),
    server: serverOf(recordOf(run.server_metrics)),
  };
}

function serverOf(metrics: JsonRecord): ServerFigures | undefined {
  const figures = Object.entries(recordOf(metrics.figures)).flatMap(([role, figure]) => {
    const { values } = recordOf(figure);
    return Array.isArray(values) ? [[role, columnOf(values)] as const] : [];
  });
  if (figures.length === 0) return undefined;
  return { name: String(metrics.server), atMs: columnOf(metrics.at_ms), figures: new Map(figures) };
}

/** Returns the unit of a curve's loads. */
function loadText({ load, of = 'requests' }: JsonRecord): string {
  if (load !== 'rate') return `${of} at a time`;
  return of === 'conversations' ? 'conversations a second' : 'arrivals a second';
}

function levelsOf(value: unknown): LevelRow[] {
  const number = (one: unknown): number | null => (typeof one === 'number' ? one : null);
  return (Array.isArray(value) ? value.map(recordOf) : []).map((level) => ({
    load: number(level.load) ?? 0,
    done: number(level.requests_per_s),
    good: number(level.goodput_per_s),
    ttftP50: number(recordOf(level.ttft_ms).p50),
    ttftP95: number(recordOf(level.ttft_ms).p95),
    e2eP95: number(recordOf(level.e2e_ms).p95),
    running: number(serverFigure(level, 'running').mean),
    waiting: number(serverFigure(level, 'waiting').mean),
    kvCacheMax: number(serverFigure(level, 'kv_cache').max),
  }));
}

const serverFigure = (level: JsonRecord, role: string): JsonRecord => recordOf(recordOf(level.server)[role]);

function readRequests(columns: JsonRecord, loop: Report['loop'], direct: boolean): Requests {
  const index = columnOf(columns.index);
  const none: Column = index.map(() => null);
  const named = (name: string): Column => (Array.isArray(columns[name]) ? columnOf(columns[name]) : none);
  const classes = Array.isArray(columns.error_classes) ? columns.error_classes.map(String) : [];
  const error = named('error');
  const lagMs = named('lag_ms');
  const intendedMs = named('intended_ms');
  return {
    count: index.length,
    index,
    turn: named('turn'),
    sentMs: intendedMs.map((at, row) => sum(at, lagMs[row])),
    endMs: named('end_ms'),
    lagMs,
    ttftMs: named('ttft_ms'),
    tpotMs: named('tpot_ms'),
    e2eMs: named('e2e_ms'),
    gapMaxMs: named('gap_max_ms'),
    outputTokens: named('output_tokens'),
    promptTokens: named('prompt_tokens'),
    cachedTokens: named('cached_tokens'),
    attempts: named('attempts'),
    errorOf(row) {
      const number = error[row];
      return typeof number === 'number' ? (classes[number] ?? 'unknown') : undefined;
    },
    // In an open loop, TTFT includes the delay of the send.
    lateMs: loop === 'open' ? lagMs : none,
    hops: Object.entries(recordOf(columns.hops_ms)).map(([name, ms]) => ({
      name,
      ...hopWords(name, direct),
      ms: columnOf(ms),
    })),
  };
}

function sum(one: number | null | undefined, other: number | null | undefined): number | null {
  return typeof one === 'number' && typeof other === 'number' ? one + other : null;
}

function histogramOf(value: unknown): Histogram | undefined {
  const { us } = recordOf(value);
  if (!Array.isArray(us)) return undefined;
  const pairs = columnOf(us).map((one) => one ?? 0);
  const fromMs = pairs.filter((_, at) => at % 2 === 0).map((one) => one / 1000);
  const counts = pairs.filter((_, at) => at % 2 === 1);
  return { fromMs, counts, total: counts.reduce((all, one) => all + one, 0) };
}

function columnOf(value: unknown): Column {
  return Array.isArray(value) ? value.map((one) => (typeof one === 'number' ? one : null)) : [];
}
