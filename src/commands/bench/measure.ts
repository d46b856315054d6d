import { setTimeout as sleep } from 'node:timers/promises';
import { poissonGaps } from '../../loadtest/arrivals.js';
import { createDistribution } from '../../loadtest/distribution.js';
import { type Instrument, startInstrument } from '../../loadtest/instrument.js';
import { type Clock, type Limit, type LoadResult, type Loop, runLoad } from '../../loadtest/run-load.js';
import { createTally, type Tally } from '../../loadtest/tally.js';
import { createRandom } from '../../simulator/random.js';
import { type BenchFlags, DEFAULT_DRAIN_S } from './flags.js';
import { showProgress } from './progress.js';
import { send, type Target, UNFINISHED } from './send.js';

const DEFAULT_REQUESTS = 20;
const clock: Clock = {
  now: () => performance.now(),
  wait: (ms, signal) => sleep(ms, undefined, { signal }),
};

/** One test as it was measured. */
export interface Measured extends LoadResult {
  tally: Tally;
  /** What rates are over, in ms: to the end of the last answer that ended by itself. */
  durationMs: number;
  instrument: Instrument;
}

/** Sends the warm-up, which does not count, and then the test. */
export async function measureEndpoint(
  target: Target,
  flags: BenchFlags,
  signal: AbortSignal,
): Promise<Measured> {
  const { name } = target.endpoint;
  if (flags.warmup > 0) {
    const loop: Loop = { kind: 'closed', concurrency: flags.concurrency ?? 1, rampMs: flags.ramp * 1000 };
    const limit: Limit = { kind: 'requests', count: flags.warmup, ...drainOf(flags) };
    await measure(target, `${name} warm-up`, loop, limit, flags, signal);
  }
  return measure(target, name, loopOf(flags), limitOf(flags), flags, signal);
}

async function measure(
  target: Target,
  label: string,
  loop: Loop,
  limit: Limit,
  { slo }: BenchFlags,
  signal: AbortSignal,
): Promise<Measured> {
  const tally = createTally(loop.kind, slo?.limits);
  const lateness = createDistribution();
  const progress = showProgress(process.stderr, label, limit, tally);
  const meter = startInstrument();
  const startMs = clock.now();
  const results = { startMs, tally, lateness: lateness.record };
  try {
    const load = await runLoad(
      loop,
      limit,
      (order, stop) => send(target, order, results, stop),
      clock,
      signal,
    );
    const sendLatenessMs = lateness.summary();
    return {
      ...load,
      tally,
      durationMs: durationOf(load, limit, tally),
      instrument: {
        ...meter.stop(),
        gapsElsewhere: target.through === 'daemon',
        ...(sendLatenessMs !== undefined && { sendLatenessMs }),
      },
    };
  } finally {
    progress.stop();
  }
}

/** The time in which the drain limit was waited for has no answers, and would make every rate too low. */
function durationOf({ tookMs, unsent }: LoadResult, limit: Limit, { samples }: Tally): number {
  const cut = samples.some((one) => one.outcome === 'failed' && one.errorClass === UNFINISHED);
  if (!cut && unsent === 0) return tookMs;
  const ended = samples.filter((one) => one.outcome === 'complete' || one.errorClass !== UNFINISHED);
  const last = ended.reduce((latest, { endMs }) => Math.max(latest, endMs), 0);
  return Math.max(last, limit.kind === 'duration' ? Math.min(limit.ms, tookMs) : 0);
}

function loopOf({ rate, concurrency, ramp, seed }: BenchFlags): Loop {
  if (rate === undefined) return { kind: 'closed', concurrency: concurrency ?? 1, rampMs: ramp * 1000 };
  const nextGapMs = poissonGaps(rate, createRandom(seed));
  return { kind: 'open', nextGapMs, ...(concurrency !== undefined && { concurrency }) };
}

function limitOf(flags: BenchFlags): Limit {
  const { requests, duration } = flags;
  if (duration === undefined)
    return { kind: 'requests', count: requests ?? DEFAULT_REQUESTS, ...drainOf(flags) };
  return { kind: 'duration', ms: duration * 1000, drainMs: (flags.drain ?? DEFAULT_DRAIN_S) * 1000 };
}

function drainOf({ drain }: BenchFlags): { drainMs?: number } {
  return drain === undefined ? {} : { drainMs: drain * 1000 };
}
