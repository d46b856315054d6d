import type { SavedReport } from './saved-report.js';

/** How reports that can be merged belong together: as shards of one test, or as tests that ran at the same time. */
interface Relation {
  readonly kind: 'shards' | 'tests';
  /** Reasons to doubt the merged figures. */
  readonly notes: readonly string[];
}

/** Members of `load` in which shards of one test may differ. */
const OF_SHARDS = new Set(['shard']);
/** Members of `load` in which different tests may differ. */
const OF_TESTS = new Set(['shard', 'seed', 'text', 'concurrency', 'rate_per_s', 'stages', 'prompts']);

/** Returns how the reports belong together, or a text with the reason why they don't. */
export function relationOf(reports: readonly SavedReport[]): Relation | string {
  const search = reports.find(({ load }) => load.search !== undefined);
  if (search !== undefined)
    return (
      `run each load with "bench --rate N --shard i/n" (or --concurrency) and merge those reports: ${search.name} is of ` +
      '--find-rate, --find-concurrency or --sweep, and has the requests of one load only'
    );
  const shards = reports.map(({ load }) => shardOf(load));
  if (shards.some((shard) => shard !== undefined))
    return shardProblem(reports, shards) ?? { kind: 'shards', notes: missingShards(shards) };
  return (
    differenceOf(reports, OF_TESTS) ?? twinsAmong(reports) ?? { kind: 'tests', notes: coincidence(reports) }
  );
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
