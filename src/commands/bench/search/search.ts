import { type Criteria, criteriaOf } from '../../../loadtest/search/criteria.js';
import type { Curve } from '../../../loadtest/search/curve.js';
import { createSearch, type Search } from '../../../loadtest/search/find.js';
import type { Level } from '../../../loadtest/search/level.js';
import { judgedTogether } from '../../../loadtest/search/neighbours.js';
import { UsageError } from '../../support/flags/usage-error.js';
import type { BenchFlags } from '../flags/flags.js';
import { MOST_LOAD, type SearchPlan } from '../flags/search-flags.js';
import { StoppedEarly } from '../stopped-early.js';
import { untilRecovered } from './recovery.js';
import type { SearchContext, Tested } from './search-context.js';
import { runLevel } from './search-level.js';
import { firstLoad } from './search-start.js';

/** The result of several loads. */
export interface Searched {
  readonly curve: Curve;
  /** The test of the highest load that meets the SLO; in a sweep, the test with the most good answers a second. */
  readonly best: Tested;
}

/** @throws {UsageError} for a search without --slo, or with contradictory flags */
export function checkSearch(plan: SearchPlan, { slo, concurrency, shard }: BenchFlags): void {
  const name = plan.type === 'sweep' ? '--sweep' : `--find-${plan.kind}`;
  if (shard !== undefined)
    throw new UsageError(
      `use --workers for more load from one machine, or run "bench --${plan.kind} N --shard i/n" for each load and merge the reports: ` +
        `${name} cannot be sharded, because each process would judge its own part of a load and continue with another load`,
    );
  if (plan.type === 'sweep' && plan.kind === 'concurrency' && concurrency !== undefined)
    throw new UsageError('remove --concurrency: --sweep concurrency:… sets it');
  if (plan.type === 'sweep' || slo !== undefined) return;
  throw new UsageError(
    `${name} needs --slo: it finds the highest load that meets the SLO, e.g. --slo 'ttft.p95<500ms'`,
  );
}

/** The most tests of one load while their verdict is unclear. */
const MOST_REPEATS = 2;

/** Whether the load may have missed the SLO only because this machine was slow. */
function isDoubtful(level: Level | undefined): boolean {
  return level?.verdict?.kept === false && level.warnings.length > 0 && !level.ownFailures;
}

/** Runs the loads of a plan, one after another, until the answer is known, the list ends or `signal` aborts. */
export async function searchLoads(
  context: SearchContext,
  plan: SearchPlan,
  signal: AbortSignal,
): Promise<Searched> {
  const { flags } = context;
  const levels: Level[] = [];
  const tests = new Map<number, Tested>();
  let number = 0;
  const criteria: Criteria | undefined = flags.slo && criteriaOf(flags.slo);
  const run = async (load: number, search: Search | undefined): Promise<Level | undefined> => {
    const one = { load, number, kind: plan.kind, criteria };
    number += 1;
    const { level, ...tested } = await runLevel(context, one, search, signal);
    if (tested.measured.tally.count === 0) return undefined;
    const before = levels.findIndex((other) => other.load === load);
    if (before >= 0) levels.splice(before, 1);
    levels.push(level);
    tests.set(load, tested);
    return level;
  };
  const done = (found: Curve['found']): Searched =>
    searched(plan, flags, found === undefined ? levels : judgedTogether(levels), found, tests, signal);
  if (plan.type === 'sweep') {
    for (const load of plan.loads) if (!signal.aborted) await run(load, undefined);
    return done(undefined);
  }
  const from = plan.range?.from ?? (await firstLoad(context, plan.kind, signal));
  const search = createSearch({ from, to: plan.range?.to ?? MOST_LOAD, whole: plan.kind === 'concurrency' });
  for (let load = search.next(); load !== undefined && !signal.aborted; load = search.next()) {
    let level = await run(load, search);
    for (let more = MOST_REPEATS; more > 0 && isDoubtful(level) && !signal.aborted; more -= 1) {
      const again = await run(load, search);
      if (again === undefined) break;
      level = again;
    }
    if (level?.verdict === undefined || signal.aborted) break;
    const judged = judgedTogether(levels);
    search.update(judged.map((one) => ({ ...one, kept: one.verdict?.kept === true })));
    // A higher load would only measure the limits of this machine.
    if (level.ownFailures) break;
    const [lowest] = levels.toSorted((one, other) => one.load - other.load);
    if (!level.verdict.kept) await untilRecovered(context, lowest?.report, signal);
  }
  return done(search.found);
}

function searched(
  { type, kind }: SearchPlan,
  { turns, duration }: BenchFlags,
  levels: readonly Level[],
  found: Curve['found'],
  tests: ReadonlyMap<number, Tested>,
  signal: AbortSignal,
): Searched {
  const good = ({ report }: Level): number => report.goodput?.perSecond ?? report.requestsPerSecond;
  const [most] = levels.toSorted((one, other) => good(other) - good(one));
  const answer = found?.kept ?? found?.missed ?? most?.load ?? Number.NaN;
  const best = tests.get(answer);
  if (best === undefined && signal.aborted) throw new StoppedEarly();
  if (best === undefined)
    throw new UsageError(
      duration === undefined
        ? 'check the endpoint with "vastar-tui doctor": no request ended'
        : `set a longer --duration, or check the endpoint with "vastar-tui doctor": no request ended in ${duration} s`,
    );
  const ordered = levels.toSorted((one, other) => one.load - other.load);
  const of = turns === undefined ? 'requests' : 'conversations';
  return { curve: { type, kind, of, levels: ordered, found, shown: answer }, best };
}
