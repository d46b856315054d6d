import { createRandom } from '../../common/random.js';
import { counted } from '../../common/text/counted.js';
import { type Arrivals, arrivalsAt, createArrivals, formatArrivals } from '../../loadtest/load/arrivals.js';
import type { Limit, Loop } from '../../loadtest/load/run-load.js';
import { arrivalsOf, formatShare, slotsOf, WHOLE } from '../../loadtest/load/share.js';
import { describeStages, lengthOf, type Stage } from '../../loadtest/load/stages.js';
import type { Turn } from '../../loadtest/prompts/prompt.js';
import { createTraceFile, type TraceEntry } from '../../loadtest/prompts/trace.js';
import { UsageError } from '../support/flags/usage-error.js';
import { type BenchFlags, DEFAULT_DRAIN_S } from './flags/flags.js';
import { inputName, readInput } from './prompts/input-file.js';
import { createImageFiles } from './prompts/prompt-images.js';

const DEFAULT_REQUESTS = 20;

/** The schedule of a test's requests and its limit. */
export interface Load {
  readonly kind: Loop['kind'];
  /** Returns a new loop; the same flags yield the same send times. */
  loop(): Loop;
  readonly limit: Limit;
  /** Number of the first conversation in the list of prompts. */
  readonly first: number;
  /** Description of the whole test for the user. */
  readonly text: string;
  /** E.g. `, shard 2/8`; empty for a whole test. */
  readonly part: string;
  /** Description for the JSON report. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** The requests of `--trace`, with times at `--trace-speed`. */
export type Trace = readonly TraceEntry[];

/**
 * Reads the trace, but no more than `--requests` and `--duration` need.
 * @throws {UsageError} when the file is not a trace, or has no request
 */
export async function readTrace(path: string, flags: BenchFlags): Promise<Trace> {
  const { requests = Number.POSITIVE_INFINITY, duration = Number.POSITIVE_INFINITY, traceSpeed } = flags;
  const entries: TraceEntry[] = [];
  let full = false;
  const images = createImageFiles('--trace', path);
  // With --prompt or --prompts, the trace gives only times, so its sessions do not matter.
  const joins = flags.turns !== undefined && flags.prompt === undefined && flags.prompts === undefined;
  const most = joins ? Number.POSITIVE_INFINITY : 1;
  const file = createTraceFile(inputName(path), most, (entry, line) => {
    const atMs = entry.atMs / traceSpeed;
    full ||= entries.length >= requests || atMs >= duration * 1000;
    if (full) return;
    const conversation = entry.conversation && images.inserted(entry.conversation, line);
    entries.push(atSpeed({ ...entry, ...(conversation !== undefined && { conversation }) }, traceSpeed));
  });
  await readInput('--trace', path, file, () => full);
  if (entries.length === 0) throw new UsageError(`--trace ${inputName(path)}: the file is empty`);
  return entries;
}

/** Shortens the times of an entry by the trace's speed. */
function atSpeed({ atMs, conversation, later, ...lengths }: TraceEntry, speed: number): TraceEntry {
  const timed = <Times extends Pick<Turn, 'delayMs' | 'afterMs'>>(one: Times): Times => ({
    ...one,
    ...(one.delayMs !== undefined && { delayMs: one.delayMs / speed }),
    ...(one.afterMs !== undefined && { afterMs: one.afterMs / speed }),
  });
  const [first, ...others] = conversation ?? [];
  return {
    ...lengths,
    atMs: atMs / speed,
    ...(first !== undefined && { conversation: [timed(first), ...others.map(timed)] }),
    ...(later !== undefined && { later: later.map(timed) }),
  };
}

/** Creates the load that the flags describe. @param trace the result of `readTrace` */
export function loadOf(flags: BenchFlags, trace?: Trace): Load {
  const { rate, concurrency, ramp, seed, traceSpeed, shard = WHOLE, first = 0 } = flags;
  const process = flags.arrivals ?? { kind: 'poisson' };
  const stages: readonly Stage[] | undefined =
    flags.stages ??
    (rate === undefined ? undefined : [{ from: rate, to: rate, ms: Number.POSITIVE_INFINITY }]);
  if (flags.arrivals !== undefined && stages === undefined) {
    throw new UsageError('--arrivals needs --rate or --stages, whose arrivals it distributes');
  }
  const open = stages !== undefined || trace !== undefined;
  if (open && ramp > 0)
    throw new UsageError('use --stages to change the rate: --ramp only applies to --concurrency');
  const limit = { ...limitOf(flags, trace) };
  const slots = slotsOf(shard, concurrency ?? 1);
  if ((concurrency !== undefined || !open) && (concurrency ?? 1) < shard.of) {
    throw new UsageError(`raise --concurrency to ${shard.of} or more: each shard needs at least one`);
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
      loop: () => ({ kind: 'closed', concurrency: slots, rampMs: ramp * 1000, part: shard }),
      limit,
      first,
      text: `${atATime(concurrency ?? 1, flags)} at a time${ramp === 0 ? '' : `, started over ${ramp} s`}`,
      part,
      json,
    };
  }
  const most = concurrency === undefined ? {} : { concurrency: slots };
  const arrivals = (): Arrivals =>
    trace === undefined ? createArrivals(process, stages ?? [], createRandom(seed)) : momentsOf(trace);
  const spread = process.kind === 'poisson' ? '' : ` (${formatArrivals(process)})`;
  const when =
    trace !== undefined
      ? `the ${counted(trace.length, flags.turns === undefined ? 'arrival' : 'conversation')} of ${inputName(flags.trace ?? '')}${traceSpeed === 1 ? '' : ` at ${traceSpeed} times its speed`} in ${secondsOf(trace)} s`
      : `${flags.stages === undefined ? `${rate} ${flags.turns === undefined ? 'arrivals' : 'conversations'}/s` : `arrivals at ${describeStages(flags.stages)}`}${spread}`;
  return {
    kind: 'open',
    loop: () => ({ kind: 'open', arrivals: arrivalsOf(shard, arrivals()), ...most }),
    limit,
    first,
    text: `${when}${concurrency === undefined ? '' : `, at most ${concurrency} at a time`}`,
    part,
    json,
  };
}

const atATime = (count: number, { turns }: BenchFlags): string =>
  turns === undefined ? String(count) : counted(count, 'conversation');

/** Returns the length of the schedule, which shows at a glance whether the times have the right unit. */
function secondsOf(trace: Trace): string {
  return String(Number(((trace.at(-1)?.atMs ?? 0) / 1000).toPrecision(3)));
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

/** Returns the time limit for answers after the last request. */
function drainOf({ drain }: BenchFlags): { drainMs?: number } {
  return drain === undefined ? {} : { drainMs: drain * 1000 };
}
