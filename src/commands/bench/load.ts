import { createRandom } from '../../common/random.js';
import { type Arrivals, arrivalsAt, createArrivals, formatArrivals } from '../../loadtest/arrivals.js';
import type { Limit, Loop } from '../../loadtest/run-load.js';
import { arrivalsOf, formatShare, placesOf, WHOLE } from '../../loadtest/share.js';
import { describeStages, lengthOf, type Stage } from '../../loadtest/stages.js';
import { createTraceFile, type TraceEntry } from '../../loadtest/trace.js';
import { UsageError } from '../support/usage-error.js';
import { type BenchFlags, DEFAULT_DRAIN_S } from './flags.js';
import { inputName, readInput } from './input-file.js';

const DEFAULT_REQUESTS = 20;

/** When a test's requests are sent, and until when. */
export interface Load {
  readonly kind: Loop['kind'];
  /** A loop from its beginning; the same flags give the same moments. */
  loop(): Loop;
  readonly limit: Limit;
  /** For people; of the whole test. */
  readonly text: string;
  /** E.g. `, shard 2/8`; empty for a whole test. */
  readonly part: string;
  /** For the report. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** The requests of `--trace`, at its speed. */
export type Trace = readonly TraceEntry[];

/**
 * Reads the trace; no more of it than `--requests` and `--duration` ask for.
 * @throws {UsageError} when it is none, or has no request
 */
export async function readTrace(path: string, flags: BenchFlags): Promise<Trace> {
  const { requests = Number.POSITIVE_INFINITY, duration = Number.POSITIVE_INFINITY, traceSpeed } = flags;
  const entries: TraceEntry[] = [];
  let full = false;
  const file = createTraceFile(inputName(path), (entry) => {
    const atMs = entry.atMs / traceSpeed;
    full ||= entries.length >= requests || atMs >= duration * 1000;
    if (!full) entries.push({ ...entry, atMs });
  });
  await readInput('--trace', path, file, () => full);
  if (entries.length === 0) throw new UsageError(`--trace ${inputName(path)}: it is empty`);
  return entries;
}

/** @param trace what `readTrace` made of `--trace` */
export function loadOf(flags: BenchFlags, trace?: Trace): Load {
  const { rate, concurrency, ramp, seed, traceSpeed, shard = WHOLE } = flags;
  const process = flags.arrivals ?? { kind: 'poisson' };
  const stages: readonly Stage[] | undefined =
    flags.stages ??
    (rate === undefined ? undefined : [{ from: rate, to: rate, ms: Number.POSITIVE_INFINITY }]);
  if (flags.arrivals !== undefined && stages === undefined) {
    throw new UsageError('--arrivals needs --rate or --stages: it says how their arrivals are spread');
  }
  const open = stages !== undefined || trace !== undefined;
  if (open && ramp > 0)
    throw new UsageError('--ramp is for --concurrency alone: use --stages to change the rate');
  const limit = { ...limitOf(flags, trace) };
  const places = placesOf(shard, concurrency ?? 1);
  if ((concurrency !== undefined || !open) && (concurrency ?? 1) < shard.of) {
    throw new UsageError(`raise --concurrency to ${shard.of} or more: each shard needs a place`);
  }
  const part = shard.of === 1 ? '' : `, shard ${formatShare(shard)}`;
  const json = {
    loop: open ? 'open' : 'closed',
    concurrency: concurrency ?? (open ? null : 1),
    ramp_s: ramp,
    rate_per_s: rate ?? null,
    stages:
      flags.stages?.map(({ from, to, ms }) => ({ from_per_s: from, to_per_s: to, s: ms / 1000 })) ?? null,
    arrivals: trace !== undefined ? 'trace' : open ? formatArrivals(process) : null,
    shard: shard.of === 1 ? null : { index: shard.index + 1, of: shard.of },
    trace:
      trace === undefined
        ? null
        : { source: inputName(flags.trace ?? ''), requests: trace.length, speed: traceSpeed },
  };
  if (!open) {
    return {
      kind: 'closed',
      loop: () => ({ kind: 'closed', concurrency: places, rampMs: ramp * 1000, part: shard }),
      limit,
      text: `${concurrency ?? 1}${flags.turns === undefined ? '' : ' conversations'} at a time${ramp === 0 ? '' : `, begun over ${ramp} s`}`,
      part,
      json,
    };
  }
  const most = concurrency === undefined ? {} : { concurrency: places };
  const arrivals = (): Arrivals =>
    trace === undefined ? createArrivals(process, stages ?? [], createRandom(seed)) : momentsOf(trace);
  const spread = process.kind === 'poisson' ? '' : ` (${formatArrivals(process)})`;
  const when =
    trace !== undefined
      ? `the ${trace.length} arrivals of ${inputName(flags.trace ?? '')}${traceSpeed === 1 ? '' : ` at ${traceSpeed} times its speed`}`
      : `${flags.stages === undefined ? `${rate} ${flags.turns === undefined ? 'arrivals' : 'conversations'}/s` : `arrivals at ${describeStages(flags.stages)}`}${spread}`;
  return {
    kind: 'open',
    loop: () => ({ kind: 'open', arrivals: arrivalsOf(shard, arrivals()), ...most }),
    limit,
    text: `${when}${concurrency === undefined ? '' : `, at most ${concurrency} at a time`}`,
    part,
    json,
  };
}

function momentsOf(trace: Trace): Arrivals {
  let next = 0;
  return arrivalsAt(() => {
    next += 1;
    return trace[next - 1]?.atMs;
  });
}

function limitOf(flags: BenchFlags, trace: Trace | undefined): Limit {
  const { duration, stages } = flags;
  const requests = flags.conversations ?? flags.requests;
  const ms = stages === undefined ? (duration ?? 0) * 1000 : lengthOf(stages);
  if (ms > 0) return { kind: 'duration', ms, drainMs: (flags.drain ?? DEFAULT_DRAIN_S) * 1000 };
  return { kind: 'requests', count: trace?.length ?? requests ?? DEFAULT_REQUESTS, ...drainOf(flags) };
}

/** How long answers may take after the last request. */
function drainOf({ drain }: BenchFlags): { drainMs?: number } {
  return drain === undefined ? {} : { drainMs: drain * 1000 };
}
