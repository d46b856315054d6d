import { setTimeout as sleep } from 'node:timers/promises';
import { instrumentWarnings } from '../../loadtest/instrument.js';
import { type Criteria, criteriaOf, SURE } from '../../loadtest/search/criteria.js';
import type { Curve } from '../../loadtest/search/curve.js';
import { createSearch, type Search } from '../../loadtest/search/find.js';
import {
  fellBehind,
  isRoughlyClear,
  type Level,
  settledSamples,
  type Verdict,
  verdictOf,
} from '../../loadtest/search/level.js';
import { type SteadyPart, steadyPart, steadyReport } from '../../loadtest/steady-part.js';
import { createTally, type Tally } from '../../loadtest/tally.js';
import { UsageError } from '../support/usage-error.js';
import type { Engine } from './engine/engine.js';
import type { BenchFlags } from './flags.js';
import { loadOf } from './load.js';
import { type Measured, measure } from './measure.js';
import { type LoadKind, MOST_LOAD, type SearchPlan } from './search-flags.js';

/** Longest test of one load, in seconds. */
export const DEFAULT_WINDOW_S = 30;
/** Interval at which a running test's verdict is computed, in ms. */
const LOOK_MS = 500;
/** The pilot test, with one request at a time, ends after this many requests or seconds. */
const PILOT = { requests: 5, s: 10 } as const;

/** The result of several loads. */
export interface Searched {
  readonly curve: Curve;
  /** The test of the highest load that meets the SLO; in a sweep, the test with the most good answers a second. */
  readonly best: Measured;
}

/** @throws {UsageError} for a search without --slo, or with contradictory flags */
export function checkSearch(plan: SearchPlan, { slo, concurrency }: BenchFlags): void {
  if (plan.type === 'sweep' && plan.kind === 'concurrency' && concurrency !== undefined)
    throw new UsageError('remove --concurrency: --sweep concurrency:… sets it');
  if (plan.type === 'sweep' || slo !== undefined) return;
  throw new UsageError(
    `--find-${plan.kind} needs --slo: it finds the highest load that meets the SLO, e.g. --slo 'ttft.p95<500ms'`,
  );
}

/** Returns the flags of one load. */
export function levelFlags(flags: BenchFlags, kind: LoadKind, load: number, number = 0): BenchFlags {
  const { findRate: _rate, findConcurrency: _concurrency, sweep: _sweep, ...rest } = flags;
  // Each load has different arrivals, so that one unlucky draw does not affect all loads.
  const seed = (flags.seed + 7919 * number) % 2 ** 32;
  return { ...rest, [kind]: load, duration: flags.duration ?? DEFAULT_WINDOW_S, seed };
}

/** Runs the loads of a plan, one after another, until the answer is known, the list ends or `signal` aborts. */
export async function searchLoads(
  engine: Engine,
  plan: SearchPlan,
  flags: BenchFlags,
  label: string,
  signal: AbortSignal,
): Promise<Searched> {
  const levels: Level[] = [];
  const tests = new Map<number, Measured>();
  const criteria = flags.slo && criteriaOf(flags.slo);
  const run = async (load: number, search: Search | undefined): Promise<Level | undefined> => {
    const one = { load, number: levels.length, plan, flags, criteria, label };
    const { level, measured } = await runLevel(engine, one, search, signal);
    if (measured.tally.samples.length === 0) return undefined;
    levels.push(level);
    tests.set(load, measured);
    return level;
  };
  if (plan.type === 'sweep') {
    for (const load of plan.loads) if (!signal.aborted) await run(load, undefined);
    return searched(plan, levels, undefined, tests);
  }
  const from = plan.range?.from ?? (await firstLoad(engine, plan.kind, flags, label, signal));
  const search = createSearch({ from, to: plan.range?.to ?? MOST_LOAD, whole: plan.kind === 'concurrency' });
  for (let load = search.next(); load !== undefined && !signal.aborted; load = search.next()) {
    const level = await run(load, search);
    if (level?.verdict === undefined || signal.aborted) break;
    search.tell(load, level.verdict.kept);
    // A higher load would only measure the limits of this machine.
    if (level.ownFailures) break;
  }
  return searched(plan, levels, search.found, tests);
}

function searched(
  { type, kind }: SearchPlan,
  levels: readonly Level[],
  found: Curve['found'],
  tests: ReadonlyMap<number, Measured>,
): Searched {
  const good = ({ report }: Level): number => report.goodput?.perSecond ?? report.requestsPerSecond;
  const [most] = levels.toSorted((one, other) => good(other) - good(one));
  const best = tests.get(found?.kept ?? found?.missed ?? most?.load ?? Number.NaN);
  if (best === undefined)
    throw new UsageError('check the endpoint with "vastar-tui doctor": no request was answered');
  const ordered = levels.toSorted((one, other) => one.load - other.load);
  return { curve: { type, kind, levels: ordered, found }, best };
}

interface Asked {
  readonly load: number;
  readonly number: number;
  readonly plan: SearchPlan;
  readonly flags: BenchFlags;
  readonly criteria: Criteria | undefined;
  readonly label: string;
}

async function runLevel(
  engine: Engine,
  { load, number, plan, flags, criteria, label }: Asked,
  search: Search | undefined,
  signal: AbortSignal,
): Promise<{ level: Level; measured: Measured }> {
  const own = levelFlags(flags, plan.kind, load, number);
  const { kind, limit } = loadOf(own);
  const tally = createTally(kind, own.slo?.limits);
  const clear = new AbortController();
  const phase = search?.rising === true ? 'rising' : 'narrowing';
  const watching = new AbortController();
  if (search !== undefined && criteria !== undefined) {
    void whenClear(tally, criteria, phase, watching.signal).then((is) => is && clear.abort());
  }
  const text = plan.kind === 'rate' ? `${label} ${load}/s` : `${label} ${load} at a time`;
  const stop = AbortSignal.any([signal, clear.signal]);
  const measured = await measure(engine, { label: text, flags: own, load: { kind, limit }, tally }, stop);
  watching.abort();
  const all = clear.signal.aborted ? settledSamples(tally.samples) : tally.samples;
  const part = steadyPart(all, tally.latencyOf);
  const windowMs = limit.kind === 'duration' ? Math.min(limit.ms, measured.tookMs) : measured.tookMs;
  const report = steadyReport(part, tally.samples, windowMs, kind, own.slo);
  const behind = kind === 'open' && !clear.signal.aborted && fellBehind(all, windowMs);
  const verdict: Verdict | undefined =
    criteria && verdictOf(criteria, part, tally, report, SURE.narrowing, behind);
  return { level: levelOf(load, part, measured, report, verdict), measured };
}

function levelOf(
  load: number,
  { fromMs, leftOut, steady }: SteadyPart,
  { tookMs, maxInFlight, instrument }: Measured,
  report: Level['report'],
  verdict: Verdict | undefined,
): Level {
  const own = report.errors.filter(({ errorClass }) => errorClass.startsWith('client:'));
  const warnings = [
    ...instrumentWarnings(instrument, report),
    ...own.map(({ errorClass, count, example }) => `${count} ${errorClass}: ${example}`),
  ];
  return {
    load,
    verdict,
    report,
    tookMs,
    warmupMs: fromMs,
    warmupRequests: leftOut,
    steady,
    maxInFlight,
    warnings,
    ownFailures: own.length > 0,
  };
}

/** Resolves to true when the verdict of a running test is clear, and to false when `signal` aborts. */
async function whenClear(
  tally: Tally,
  criteria: Criteria,
  phase: keyof typeof SURE,
  signal: AbortSignal,
): Promise<boolean> {
  let looked = 0;
  for (;;) {
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) return false;
    const settled = settledSamples(tally.samples);
    // Each check may be wrong by chance, so the next waits for a quarter more requests.
    if (settled.length < 1.25 * looked) continue;
    looked = settled.length;
    const part = steadyPart(settled, tally.latencyOf);
    const report = tally.report(1);
    const verdict = verdictOf(criteria, part, tally, report, SURE[phase], false);
    if (phase === 'rising' ? isRoughlyClear(verdict) : verdict.clear) return true;
  }
}

/** Returns the search's first load: the rate that one request at a time reaches. */
async function firstLoad(
  engine: Engine,
  kind: LoadKind,
  flags: BenchFlags,
  label: string,
  signal: AbortSignal,
): Promise<number> {
  if (kind === 'concurrency') return 1;
  const own = levelFlags({ ...flags, drain: 0 }, 'concurrency', 1);
  const { rate: _rate, arrivals: _arrivals, ...closed } = { ...own, duration: PILOT.s };
  const { kind: loop, limit } = loadOf(closed);
  const tally = createTally(loop);
  const enough = new AbortController();
  const timer = setInterval(() => {
    if (tally.samples.length >= PILOT.requests) enough.abort();
  }, 20);
  const pilot = { label: `${label} alone`, flags: closed, load: { kind: loop, limit }, tally };
  await measure(engine, pilot, AbortSignal.any([signal, enough.signal])).finally(() => clearInterval(timer));
  const times = tally.samples.map((one, at) => one.endMs - (tally.samples[at - 1]?.endMs ?? 0));
  const [, ...later] = times;
  const used = later.length > 0 ? later : times;
  const ms = used.length === 0 ? PILOT.s * 1000 : used.reduce((sum, one) => sum + one, 0) / used.length;
  return Math.min(MOST_LOAD / 2, Math.max(0.01, Number((1000 / Math.max(1, ms)).toPrecision(2))));
}
