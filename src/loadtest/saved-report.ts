import { isRecord, type JsonRecord, recordOf } from '../common/json.js';
import type { Counts } from './distribution.js';
import type { Instrument } from './instrument.js';
import { samplesFrom } from './requests-json.js';
import type { Sample } from './sample.js';
import type { ServerRecord } from './server-metrics/record.js';
import { serverFrom } from './server-metrics/saved.js';

/** One endpoint's test, read from a report. Times in ms. */
export interface SavedRun {
  readonly mode: string;
  readonly model: string;
  readonly url: string;
  /** Unix time in ms. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** All requests, also those that `--warmup auto` excluded. */
  readonly samples: readonly Sample[];
  /** Gaps between arrivals of all answers; undefined without gaps. */
  readonly gaps?: Counts;
  readonly unsent: number;
  readonly conversations?: { readonly begun: number; readonly complete: number; readonly brokenOff: number };
  readonly workers: number;
  readonly instrument: Instrument;
  /** The server's metrics. */
  readonly server?: ServerRecord;
  /** Conditions that the user gave. */
  readonly checks: readonly string[];
  readonly slo: readonly string[];
}

/** A report of `bench --json`. */
export interface SavedReport {
  readonly name: string;
  readonly interrupted: boolean;
  readonly load: Readonly<Record<string, unknown>>;
  readonly loop: 'closed' | 'open';
  readonly runs: readonly SavedRun[];
}

/** Returns the runs of a report, or a text with the reason when the value is no report that this version reads. */
export function runsIn(name: string, value: unknown): readonly JsonRecord[] | string {
  const { version, runs } = recordOf(value);
  if (!Array.isArray(runs) || runs.length === 0 || !runs.every(isRecord))
    return `give a report of "bench --json": ${name} is none`;
  if (version !== undefined && version !== 1)
    return `update vastar-tui to read ${name}: the report has version ${String(version)}`;
  return runs;
}

/** Reads a report. @returns a text with the reason when the value is no report */
export function readReport(name: string, value: unknown): SavedReport | string {
  const report = recordOf(value);
  const load = recordOf(report.load);
  const found = runsIn(name, value);
  if (typeof found === 'string') return found;
  if (typeof load.loop !== 'string') return `give a report of "bench --json": ${name} is none`;
  const loop = load.loop === 'open' ? 'open' : 'closed';
  const runs = found.map((run) => readRun(run, loop, load.through === 'daemon'));
  const whole = runs.filter((run) => run !== undefined);
  if (whole.length < runs.length)
    return `create ${name} again with this version: requests are missing or damaged`;
  return { name, interrupted: report.interrupted === true, load, loop, runs: whole };
}

function readRun(run: JsonRecord, loop: SavedReport['loop'], daemon: boolean): SavedRun | undefined {
  const errors = listOf(run.errors).map(recordOf);
  const context = {
    loop,
    tokensEstimated: run.tokens_estimated === true,
    asOf: String(recordOf(run.cost).as_of ?? ''),
    examples: new Map(errors.map((error) => [String(error.class), String(error.example)])),
  };
  const startedAtMs = Date.parse(String(run.started_at));
  const kept = samplesFrom(run.requests, context);
  const trim = isRecord(run.warmup) ? run.warmup : undefined;
  const excluded = trim === undefined ? [] : samplesFrom(trim.excluded, context);
  if (kept === undefined || excluded === undefined || Number.isNaN(startedAtMs)) return undefined;
  const samples = [...kept, ...excluded];
  const server = serverFrom(run.server_metrics, startedAtMs);
  const gaps = countsOf(recordOf(run.histograms).itl_ms);
  const conversations = run.conversations === null ? undefined : recordOf(run.conversations);
  const limits = recordOf(run.goodput).slo;
  const texts = (list: unknown): string[] => listOf(list).map((one) => String(recordOf(one).check));
  return {
    mode: String(run.mode),
    model: String(run.model),
    url: String(run.url),
    startedAtMs,
    // A report without its warm-up has the length of the rest.
    durationMs:
      trim === undefined
        ? numberOf(run.duration_ms)
        : samples.reduce((last, { endMs }) => Math.max(last, endMs), 0),
    samples,
    ...(gaps !== undefined && { gaps }),
    unsent: numberOf(run.unsent),
    ...(conversations !== undefined && {
      conversations: {
        begun: numberOf(conversations.begun),
        complete: numberOf(conversations.complete),
        brokenOff: numberOf(conversations.broken_off),
      },
    }),
    workers: numberOf(recordOf(run.instrument).workers),
    instrument: instrumentOf(recordOf(run.instrument), daemon),
    ...(server !== undefined && { server }),
    checks: texts(run.checks),
    slo: [...(typeof limits === 'string' ? limits.split(',') : []), ...texts(run.slo)].map((one) =>
      one.trim(),
    ),
  };
}

function instrumentOf(value: Record<string, unknown>, gapsElsewhere: boolean): Instrument {
  const delay = recordOf(value.event_loop_delay_ms);
  const late = recordOf(value.send_lateness_ms);
  const daemon = recordOf(value.daemon_delay_ms);
  return {
    eventLoopDelayMs: { p50: numberOf(delay.p50), p99: numberOf(delay.p99), max: numberOf(delay.max) },
    eventLoopUtilization: numberOf(value.event_loop_utilization),
    cpu: numberOf(value.cpu_cores_used),
    cores: numberOf(value.cpu_cores),
    gapsElsewhere,
    ...(daemon.p99 !== undefined && {
      daemonDelayMs: { p50: numberOf(daemon.p50), p99: numberOf(daemon.p99), max: numberOf(daemon.max) },
    }),
    ...(late.count !== undefined && {
      sendLatenessMs: {
        count: numberOf(late.count),
        min: numberOf(late.min),
        mean: numberOf(late.mean),
        p50: numberOf(late.p50),
        p75: numberOf(late.p75),
        p90: numberOf(late.p90),
        p95: numberOf(late.p95),
        p99: numberOf(late.p99),
        'p99.9': numberOf(late['p99.9']),
        max: numberOf(late.max),
      },
    }),
  };
}

function countsOf(value: unknown): Counts | undefined {
  const { sum, min, max, us } = recordOf(value);
  if (!Array.isArray(us)) return undefined;
  return { sum: numberOf(sum), min: numberOf(min), max: numberOf(max), buckets: us.map(numberOf) };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);
