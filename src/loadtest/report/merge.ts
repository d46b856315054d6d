import { parseSlo, type Slo } from '../conditions/slo.js';
import { createTally, type Tally } from '../figures/tally.js';
import { type Instrument, mergedReadings } from '../load/instrument.js';
import type { Sample } from '../samples/sample.js';
import { joinRecords } from '../server-metrics/join.js';
import type { ServerRecord } from '../server-metrics/record.js';
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

/** Members of `load` in which shards of one test may differ. */
const OF_SHARDS = new Set(['shard']);
/** Members of `load` in which different tests may differ. */
const OF_TESTS = new Set(['shard', 'seed', 'text', 'concurrency', 'rate_per_s', 'stages', 'prompts']);
/** When the starts spread over more than this share of the whole time, rates over the whole time are unreliable. */
const MOST_SPREAD = 0.1;

/**
 * Merges the shards of one test, or tests that ran at the same time, into one report. Every figure is computed again
 * from the requests and the added histograms.
 * @returns a text with the reason when the reports don't belong together
 */
export function mergeReports(reports: readonly [SavedReport, ...SavedReport[]]): Merged | string {
  const [first] = reports;
  const search = reports.find(({ load }) => load.search !== undefined);
  if (search !== undefined)
    return (
      `run each load with "bench --rate N --shard i/n" (or --concurrency) and merge those reports: ${search.name} is of ` +
      '--find-rate, --find-concurrency or --sweep, and has the requests of one load only'
    );
  const shards = reports.map(({ load }) => shardOf(load));
  const sharded = shards.some((shard) => shard !== undefined);
  const problem = sharded
    ? shardProblem(reports, shards)
    : (differenceOf(reports, OF_TESTS) ?? twinsAmong(reports));
  if (problem !== undefined) return problem;
  const groups = Map.groupBy(
    reports.flatMap(({ runs }) => runs),
    ({ mode, model }) => `${mode}\n${model}`,
  );
  const runs = [...groups.values()].flatMap(([one, ...others]) =>
    one === undefined ? [] : [mergeRuns([one, ...others], first.loop)],
  );
  return {
    interrupted: reports.some(({ interrupted }) => interrupted),
    load: sharded ? { ...first.load, shard: null } : sumOfLoads(reports),
    loop: first.loop,
    runs,
    notes: [
      ...missingShards(shards),
      ...(sharded ? [] : coincidence(reports)),
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

interface SavedShard {
  /** From 1. */
  readonly index: number;
  readonly of: number;
}

function shardOf({ shard }: SavedReport['load']): SavedShard | undefined {
  if (typeof shard !== 'object' || shard === null || !('index' in shard) || !('of' in shard))
    return undefined;
  return { index: Number(shard.index), of: Number(shard.of) };
}

function shardProblem(
  reports: readonly SavedReport[],
  shards: readonly (SavedShard | undefined)[],
): string | undefined {
  const seen = new Map<number, string>();
  for (const [number, shard] of shards.entries()) {
    const { name = '' } = reports[number] ?? {};
    if (shard === undefined) return `merge the shards of one test: ${name} is not a shard, and others are`;
    if (shard.of !== shards[0]?.of) {
      return `merge the shards of one test: ${name} is one of ${shard.of} shards, and others are of ${shards[0]?.of}`;
    }
    const twin = seen.get(shard.index);
    if (twin !== undefined) return `give each shard once: ${twin} and ${name} are both shard ${shard.index}`;
    seen.set(shard.index, name);
  }
  return differenceOf(reports, OF_SHARDS);
}

/** Returns the error for a report that is given twice: two tests never begin and end at the same microseconds. */
function twinsAmong(reports: readonly SavedReport[]): string | undefined {
  const seen = new Map<string, string>();
  for (const { name, runs } of reports) {
    const times = runs
      .map(({ url, startedAtMs, durationMs }) => `${url} ${startedAtMs} ${durationMs}`)
      .join();
    const twin = seen.get(times);
    if (twin !== undefined) return `give each report once: ${twin} and ${name} are the same test`;
    seen.set(times, name);
  }
  return undefined;
}

/** Describes the first difference between the reports' loads, except in the members in `free`. */
function differenceOf(reports: readonly SavedReport[], free: ReadonlySet<string>): string | undefined {
  const [first, ...others] = reports;
  for (const { name, load } of others) {
    const names = new Set([...Object.keys(first?.load ?? {}), ...Object.keys(load)]);
    for (const member of names) {
      const [before, after] = [first?.load[member], load[member]].map((value) =>
        JSON.stringify(value ?? null),
      );
      if (!free.has(member) && before !== after) {
        return `${first?.name} and ${name} are of different tests: ${member} is ${before} and ${after}`;
      }
    }
  }
  return undefined;
}

function missingShards(shards: readonly (SavedShard | undefined)[]): string[] {
  const of = shards[0]?.of ?? 0;
  const there = new Set(shards.map((shard) => shard?.index));
  const missing = Array.from({ length: of }, (_, index) => index + 1).filter((index) => !there.has(index));
  return missing.length === 0 ? [] : [`shards are missing: ${missing.join(', ')} of ${of}`];
}

/** Warns when open loops have the same seed, and so the same arrivals. */
function coincidence(reports: readonly SavedReport[]): string[] {
  const seeds = reports.filter(({ loop }) => loop === 'open').map(({ load }) => load.seed);
  if (new Set(seeds).size === seeds.length) return [];
  return [
    'use --shard or different seeds: reports have the same seed, so their requests arrived at the same times',
  ];
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
