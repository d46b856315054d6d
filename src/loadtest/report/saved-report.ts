import { isRecord, type JsonRecord, recordOf } from '../../common/json.js';
import type { Counts } from '../figures/distribution.js';
import type { Instrument } from '../load/instrument.js';
import type { ServerRecord } from '../server-metrics/record.js';
import { serverFrom } from '../server-metrics/saved.js';
import { numberList } from './number-list.js';
import { type SavedRequests, savedRequests } from './saved-requests.js';

/** One endpoint's test, read from a report. Times in ms. */
export interface SavedRun {
  readonly mode: string;
  readonly model: string;
  readonly url: string;
  /** Unix time in ms. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** All requests, also those that `--warmup auto` excluded. */
  readonly requests: readonly SavedRequests[];
  /** Gaps between arrivals of all answers; undefined without gaps. */
  readonly gaps?: Counts;
  readonly unsent: number;
  /** Requests that were running when the user stopped the test, and the sum of their times; undefined for a whole test. */
  readonly stopped?: { readonly requests: number; readonly ms: number };
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

/** Returns the runs of a report, or a text with the reason when the value is not a report that this version reads. */
export function runsIn(name: string, value: unknown): readonly JsonRecord[] | string {
  const { version, runs } = recordOf(value);
  if (!Array.isArray(runs) || runs.length === 0 || !runs.every(isRecord))
    return `give a report of "bench --json": ${name} is not one`;
  if (version !== undefined && version !== 1)
    return `update vastar-tui to read ${name}: the report has version ${String(version)}`;
  return runs;
}

/** Reads a report. @returns a text with the reason when the value is not a report */
export function readReport(name: string, value: unknown): SavedReport | string {
  const report = recordOf(value);
  const load = recordOf(report.load);
  const found = runsIn(name, value);
  if (typeof found === 'string') return found;
  if (typeof load.loop !== 'string') return `give a report of "bench --json": ${name} is not one`;
  const loop = load.loop === 'open' ? 'open' : 'closed';
  const runs: SavedRun[] = [];
  for (const one of found) {
    const run = readRun(one, loop, load.through === 'daemon');
    if (typeof run === 'string') return `create ${name} again${run}`;
    runs.push(run);
  }
  return { name, interrupted: report.interrupted === true, load, loop, runs };
}

/** These texts continue `create … again` when a run cannot be read. */
const NO_REQUESTS = ' with this version: requests are missing or damaged';
const DAMAGED = ': the report is damaged';

function readRun(
  run: JsonRecord,
  loop: SavedReport['loop'],
  daemon: boolean,
): SavedRun | typeof NO_REQUESTS | typeof DAMAGED {
  const errors = listOf(run.errors).map(recordOf);
  const context = {
    loop,
    tokensEstimated: run.tokens_estimated === true,
    asOf: String(recordOf(run.cost).as_of ?? ''),
    examples: new Map(errors.map((error) => [String(error.class), String(error.example)])),
  };
  const startedAtMs = Date.parse(String(run.started_at));
  const trim = isRecord(run.warmup) ? run.warmup : undefined;
  const parts = trim === undefined ? [run.requests] : [run.requests, trim.excluded];
  const requests = parts.flatMap((part) => savedRequests(part, context) ?? []);
  if (requests.length < parts.length || Number.isNaN(startedAtMs)) return NO_REQUESTS;
  const { mode, model } = run;
  const server = serverFrom(run.server_metrics, startedAtMs);
  const gaps = countsOf(recordOf(run.histograms).itl_ms ?? undefined);
  if (typeof mode !== 'string' || typeof model !== 'string' || server === 'damaged' || gaps === 'damaged')
    return DAMAGED;
  const conversations = run.conversations === null ? undefined : recordOf(run.conversations);
  const limits = recordOf(run.goodput).slo;
  const texts = (list: unknown): string[] => listOf(list).map((one) => String(recordOf(one).check));
  return {
    mode,
    model,
    url: String(run.url),
    startedAtMs,
    // The duration of a report that excludes the warm-up is that of the remaining test.
    durationMs:
      trim === undefined
        ? numberOf(run.duration_ms)
        : Math.max(...requests.map(({ lastEndMs }) => lastEndMs)),
    requests,
    ...(gaps !== undefined && { gaps }),
    unsent: numberOf(run.unsent),
    ...(isRecord(run.stopped) && {
      stopped: { requests: numberOf(run.stopped.requests), ms: numberOf(run.stopped.ms) },
    }),
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

/** The most gaps that a bucket can have. */
const MOST_COUNT = 1e12;

function countsOf(value: unknown): Counts | 'damaged' | undefined {
  if (value === undefined) return undefined;
  const { sum, min, max, us } = recordOf(value);
  const buckets = numberList(us);
  if (buckets === undefined || buckets.length % 2 !== 0) return 'damaged';
  // Pairs: the start of a bucket, and its count.
  const isBucketPart = (one: number, at: number): boolean =>
    Number.isSafeInteger(one) && one >= 0 && (at % 2 === 0 || (one > 0 && one <= MOST_COUNT));
  if (!buckets.every(isBucketPart)) return 'damaged';
  if (!isNumber(sum) || !isNumber(min) || !isNumber(max) || min < 0 || min > max || sum < max)
    return 'damaged';
  return { sum, min, max, buckets };
}

const isNumber = (value: unknown): value is number => Number.isFinite(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);
