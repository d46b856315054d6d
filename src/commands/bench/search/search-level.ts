import { setTimeout as sleep } from 'node:timers/promises';
import { type SteadyPart, steadyPart, steadyReport } from '../../../loadtest/figures/steady-part.js';
import { createTally, type Tally } from '../../../loadtest/figures/tally.js';
import { instrumentWarnings } from '../../../loadtest/load/instrument.js';
import { type Criteria, SURE } from '../../../loadtest/search/criteria.js';
import type { Search } from '../../../loadtest/search/find.js';
import {
  fellBehind,
  isRoughlyClear,
  isSettled,
  type Level,
  settledSamples,
  type Verdict,
  verdictOf,
} from '../../../loadtest/search/level.js';
import { figuresSince } from '../../../loadtest/server-metrics/figures.js';
import type { ServerRecord } from '../../../loadtest/server-metrics/record.js';
import type { BenchFlags } from '../flags/flags.js';
import type { LoadKind } from '../flags/search-flags.js';
import { loadOf } from '../load.js';
import { measureNext, type SearchContext, type Tested } from './search-context.js';

/** Longest test of one load, in seconds. */
const DEFAULT_WINDOW_S = 30;
/** Interval at which a running test's verdict is computed, in ms. */
const LOOK_MS = 500;

/** A load to test. */
interface LoadToTest {
  readonly load: number;
  /** Number of loads before it. */
  readonly number: number;
  readonly kind: LoadKind;
  /** Undefined without an SLO. */
  readonly criteria: Criteria | undefined;
}

/** Returns the flags of one load. */
export function levelFlags(flags: BenchFlags, kind: LoadKind, load: number, number: number = 0): BenchFlags {
  const { findRate: _rate, findConcurrency: _concurrency, sweep: _sweep, ...rest } = flags;
  // Each load has different arrivals, so that one unlucky draw does not affect all loads.
  const seed = (flags.seed + 7919 * number) % 2 ** 32;
  return { ...rest, [kind]: load, duration: flags.duration ?? DEFAULT_WINDOW_S, seed };
}

/** Tests one load. @param search ends the test early when its verdict is clear */
export async function runLevel(
  context: SearchContext,
  { load, number, kind, criteria }: LoadToTest,
  search: Search | undefined,
  signal: AbortSignal,
): Promise<Tested & { level: Level }> {
  const { flags, label, turnsOf, page, begun } = context;
  const own = levelFlags(flags, kind, load, number);
  const { kind: loop, limit } = loadOf(own);
  const tally = createTally(loop, own.slo?.limits);
  const settled = (): Tally['samples'] => settledSamples(tally.samples, (index) => turnsOf(begun + index));
  const clear = new AbortController();
  const phase = search?.rising === true ? 'rising' : 'narrowing';
  const watching = new AbortController();
  const watch = page?.watch();
  await watch?.begun;
  if (search !== undefined && criteria !== undefined) {
    void whenClear(tally, settled, criteria, phase, watching.signal).then((is) => is && clear.abort());
  }
  const text = kind === 'rate' ? `${label} ${load}/s` : `${label} ${load} at a time`;
  const stop = AbortSignal.any([signal, clear.signal]);
  let server: ServerRecord | undefined;
  const test = { label: text, flags: own, load: { kind: loop, limit }, tally };
  const measured = await measureNext(context, test, stop).finally(async () => {
    watching.abort();
    server = await watch?.stop();
  });
  const all = clear.signal.aborted ? settled() : tally.samples;
  const part = steadyPart(all, tally.latencyOf);
  const windowMs = limit.kind === 'duration' ? Math.min(limit.ms, measured.tookMs) : measured.tookMs;
  const report = steadyReport(part, tally.samples, windowMs, loop, own.slo);
  const behind = loop === 'open' && !clear.signal.aborted && fellBehind(all, windowMs);
  const verdict = criteria && verdictOf(criteria, part, tally, report, SURE.narrowing, behind);
  const level = levelOf(load, part, { measured, server }, report, verdict);
  return { level: { ...level, short: clear.signal.aborted && phase === 'rising' }, measured, server };
}

function levelOf(
  load: number,
  { fromMs, leftOut, steady }: SteadyPart,
  { measured, server }: Tested,
  report: Level['report'],
  verdict: Verdict | undefined,
): Omit<Level, 'short'> {
  const own = report.errors.filter(({ errorClass }) => errorClass.startsWith('client:'));
  const warnings = [
    ...instrumentWarnings(measured.instrument, report),
    ...own.map(({ errorClass, count, example }) => `${count} ${errorClass}: ${example}`),
  ];
  return {
    load,
    verdict,
    report,
    tookMs: measured.tookMs,
    warmupMs: fromMs,
    warmupRequests: leftOut,
    steady,
    maxInFlight: measured.maxInFlight,
    warnings,
    server: server && figuresSince(server, measured.startedAt.getTime() + fromMs),
    ownFailures: own.length > 0,
  };
}

/** Resolves to true when the verdict of a running test is clear, and to false when `signal` aborts. */
async function whenClear(
  tally: Tally,
  settled: () => Tally['samples'],
  criteria: Criteria,
  phase: keyof typeof SURE,
  signal: AbortSignal,
): Promise<boolean> {
  let looked = 0;
  for (;;) {
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) return false;
    const samples = settled();
    // Each verdict may be wrong by chance. To compute few of them, wait until there are a quarter more requests.
    if (samples.length < 1.25 * looked) continue;
    looked = samples.length;
    const part = steadyPart(samples, tally.latencyOf);
    const report = tally.report(1);
    const verdict = verdictOf(criteria, part, tally, report, SURE[phase], false);
    if (phase === 'rising') {
      if (isRoughlyClear(verdict) && (!verdict.kept || isSettled(part.samples))) return true;
      // Near its capacity, a service can meet the SLO for a long time until the next burst of failures.
    } else if (verdict.clear && !verdict.kept) return true;
  }
}
