import { parseSlo, type Slo } from '../conditions/slo.js';
import { createTally, type Tally } from '../figures/tally.js';
import { type Instrument, mergedReadings } from '../load/instrument.js';
import type { Sample } from '../samples/sample.js';
import { joinRecords } from '../server-metrics/join.js';
import type { ServerRecord } from '../server-metrics/record.js';
import { relationOf } from './relation.js';
import type { SavedReport, SavedRun } from './saved-report.js';

/** One endpoint's test, whose requests several processes sent. Times in ms. */
interface MergedRun {
  readonly mode: string;
  readonly model: string;
  readonly url: string;
  /** Unix time of the first process's start. */
  readonly startedAtMs: number;
  /** Time from that start to the last process's end. */
  readonly durationMs: number;
  /** Time between the first and the last process's start. */
  readonly startSpreadMs: number;
  readonly tally: Tally;
  readonly maxInFlight: number;
  readonly unsent: number;
  readonly stopped?: { during: 'test'; requests: number; ms: number };
  readonly conversations: { begun: number; complete: number; brokenOff: number };
  /** Number of threads of all processes. */
  readonly workers: number;
  /** The worst value of each figure; CPU and cores are added up. */
  readonly instrument: Instrument;
  /** The metrics of all servers that the processes read. */
  readonly server?: ServerRecord;
  readonly checks: readonly string[];
  readonly slo: Slo | undefined;
}

/** One report merged from several. */
export interface Merged {
  readonly interrupted: boolean;
  readonly load: Readonly<Record<string, unknown>>;
  readonly loop: 'closed' | 'open';
  readonly runs: readonly MergedRun[];
  /** Reasons to doubt the figures. */
  readonly notes: readonly string[];
}

/** When the starts spread over more than this share of the whole time, rates over the whole time are unreliable. */
const MOST_SPREAD = 0.1;

/**
 * Merges the shards of one test, or tests that ran at the same time, into one report. Every figure is computed again
 * from the requests and the added histograms.
 * @returns a text with the reason when the reports don't belong together
 */
export function mergeReports(reports: readonly [SavedReport, ...SavedReport[]]): Merged | string {
  const [first] = reports;
  const relation = relationOf(reports);
  if (typeof relation === 'string') return relation;
  const groups = Map.groupBy(
    reports.flatMap(({ runs }) => runs),
    ({ mode, model }) => `${mode}\n${model}`,
  );
  const runs = [...groups.values()].flatMap(([one, ...others]) =>
    one === undefined ? [] : [mergeRuns([one, ...others], first.loop)],
  );
  return {
    interrupted: reports.some(({ interrupted }) => interrupted),
    load: relation.kind === 'shards' ? { ...first.load, shard: null } : sumOfLoads(reports),
    loop: first.loop,
    runs,
    notes: [
      ...relation.notes,
      ...runs.flatMap(({ mode, durationMs, startSpreadMs }) =>
        startSpreadMs <= MOST_SPREAD * durationMs
          ? []
          : [
              `use --start-at, and a longer test: the tests of ${mode} began ${timeText(startSpreadMs)} apart, and rates are over the whole ${timeText(durationMs)}`,
            ],
      ),
    ],
  };
}

function mergeRuns(runs: readonly [SavedRun, ...SavedRun[]], loop: 'closed' | 'open'): MergedRun {
  const startedAtMs = Math.min(...runs.map((run) => run.startedAtMs));
  const ends = runs.map((run) => run.startedAtMs + run.durationMs);
  const [{ mode, model, checks, slo: texts }] = runs;
  const slo = texts.length === 0 ? undefined : parseSlo(texts.join(','));
  const tally = createTally(loop, slo?.limits);
  for (const run of runs) {
    const laterMs = run.startedAtMs - startedAtMs;
    for (const part of run.requests)
      for (const one of part)
        tally.add({ ...one, intendedMs: one.intendedMs + laterMs, endMs: one.endMs + laterMs });
  }
  for (const { gaps } of runs) if (gaps !== undefined) tally.addGaps(gaps);
  const server = joinRecords(runs.flatMap((run) => run.server ?? []));
  const sum = (figure: (run: SavedRun) => number): number => runs.reduce((all, run) => all + figure(run), 0);
  return {
    mode,
    model,
    url: [...new Set(runs.map(({ url }) => url))].join(', '),
    startedAtMs,
    durationMs: Math.max(...ends) - startedAtMs,
    startSpreadMs: Math.max(...runs.map((run) => run.startedAtMs)) - startedAtMs,
    tally,
    maxInFlight: mostAtOnce(tally.samples),
    unsent: sum(({ unsent }) => unsent),
    ...(runs.some(({ stopped }) => stopped !== undefined) && {
      stopped: {
        during: 'test',
        requests: sum(({ stopped }) => stopped?.requests ?? 0),
        ms: sum(({ stopped }) => stopped?.ms ?? 0),
      },
    }),
    conversations: {
      begun: sum(({ conversations }) => conversations?.begun ?? 0),
      complete: sum(({ conversations }) => conversations?.complete ?? 0),
      brokenOff: sum(({ conversations }) => conversations?.brokenOff ?? 0),
    },
    workers: sum(({ workers }) => workers),
    instrument: worstOf(runs.map(({ instrument }) => instrument)),
    ...(server !== undefined && { server }),
    checks,
    slo,
  };
}

/** Returns the largest number of requests that ran at the same time. */
function mostAtOnce(samples: readonly Sample[]): number {
  const sent = samples.filter(({ lagMs }) => lagMs !== undefined);
  const starts = Float64Array.from(sent, ({ intendedMs, lagMs = 0 }) => intendedMs + lagMs).sort();
  const ends = Float64Array.from(sent, ({ endMs }) => endMs).sort();
  let ended = 0;
  let most = 0;
  for (const [begun, startMs] of starts.entries()) {
    // A request that ends at this moment has ended.
    while (ended < ends.length && (ends[ended] ?? 0) <= startMs) ended += 1;
    most = Math.max(most, begun + 1 - ended);
  }
  return most;
}

function worstOf(all: readonly Instrument[]): Instrument {
  const [late] = all
    .flatMap(({ sendLatenessMs }) => sendLatenessMs ?? [])
    .toSorted((one, other) => other.p99 - one.p99);
  const [daemonDelayMs] = all
    .flatMap((one) => one.daemonDelayMs ?? [])
    .toSorted((one, other) => other.p99 - one.p99);
  return {
    ...mergedReadings(all),
    ...(daemonDelayMs !== undefined && { daemonDelayMs }),
    cpu: all.reduce((sum, { cpu }) => sum + cpu, 0),
    cores: all.reduce((sum, { cores }) => sum + cores, 0),
    gapsElsewhere: all.some(({ gapsElsewhere }) => gapsElsewhere === true),
    ...(late !== undefined && { sendLatenessMs: late }),
  };
}

/** Adds up the loads of tests that ran at the same time: rates and concurrency. */
function sumOfLoads(reports: readonly SavedReport[]): Record<string, unknown> {
  const [first] = reports;
  const sum = (name: string): number | null => {
    const values = reports.flatMap(({ load }) => (typeof load[name] === 'number' ? [load[name]] : []));
    return values.length < reports.length ? null : values.reduce((all, one) => all + one, 0);
  };
  return {
    ...first?.load,
    text: reports.length === 1 ? first?.load.text : `${reports.length} tests, the first: ${first?.load.text}`,
    concurrency: sum('concurrency'),
    rate_per_s: sum('rate_per_s'),
  };
}

const timeText = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
