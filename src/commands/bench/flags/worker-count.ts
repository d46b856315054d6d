import { availableParallelism } from 'node:os';
import { slotsOf, WHOLE } from '../../../loadtest/load/share.js';
import type { Trace } from '../load.js';
import type { BenchFlags } from './flags.js';
import { type SearchPlan, searchOf } from './search-flags.js';

/** Capacity of a thread: requests at a time, or arrivals a second. */
const IN_FLIGHT = 64;
const ARRIVALS = 50;

/**
 * Returns how many threads send a test's requests. `auto`: as many as the load needs, up to the number of processors.
 * An open loop with limited concurrency gets one thread, because each thread has a fixed share of the concurrency.
 */
export function workerCount({ workers, shard = WHOLE, ...flags }: BenchFlags, trace?: Trace): number {
  const search = searchOf(flags);
  const concurrency = flags.concurrency === undefined ? undefined : slotsOf(shard, flags.concurrency);
  const most = concurrency ?? Number.POSITIVE_INFINITY;
  if (workers !== 'auto') return Math.min(workers, most);
  if (search !== undefined) return searchWorkers(search);
  const rate = peakRate(flags, trace);
  if (rate === undefined) return wanted((concurrency ?? 1) / IN_FLIGHT);
  return concurrency === undefined ? wanted(rate / shard.of / ARRIVALS) : 1;
}

/** Returns enough workers for the highest load, or for any load when the highest is unknown. */
function searchWorkers(search: SearchPlan): number {
  const highest = search.type === 'sweep' ? Math.max(...search.loads) : search.range?.to;
  return wanted((highest ?? Number.POSITIVE_INFINITY) / (search.kind === 'rate' ? ARRIVALS : IN_FLIGHT));
}

const wanted = (threads: number): number => Math.min(availableParallelism(), Math.max(1, Math.ceil(threads)));

/** Returns the highest number of arrivals a second; undefined for a closed loop. */
function peakRate({ rate, stages }: Pick<BenchFlags, 'rate' | 'stages'>, trace?: Trace): number | undefined {
  if (rate !== undefined) return rate;
  if (stages !== undefined) return Math.max(...stages.flatMap(({ from, to }) => [from, to]));
  const last = trace?.at(-1);
  return trace === undefined ? undefined : trace.length / Math.max(1, (last?.atMs ?? 0) / 1000);
}
