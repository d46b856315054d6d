import { setTimeout as sleep } from 'node:timers/promises';
import { createCounters } from '../../loadtest/counters.js';
import { createDistribution } from '../../loadtest/distribution.js';
import { type Instrument, startInstrument } from '../../loadtest/instrument.js';
import { type Clock, type Limit, type LoadResult, type Loop, runLoad } from '../../loadtest/run-load.js';
import { createTally, type Tally } from '../../loadtest/tally.js';
import { converse } from './converse.js';
import type { BenchFlags } from './flags.js';
import { drainOf, type Load } from './load.js';
import { showProgress } from './progress.js';
import { type Conversations, type Target, UNFINISHED } from './send.js';

const clock: Clock = {
  now: () => performance.now(),
  wait: (ms, signal) => sleep(ms, undefined, { signal }),
};

/** One test as it was measured. */
export interface Measured extends LoadResult {
  tally: Tally;
  conversations: Conversations;
  /** Most requests that ran at the same time. */
  maxInFlight: number;
  /** What rates are over, in ms: to the end of the last answer that ended by itself. */
  durationMs: number;
  instrument: Instrument;
}

/** Sends the warm-up, which does not count, and then the test. */
export async function measureEndpoint(
  target: Target,
  load: Load,
  flags: BenchFlags,
  signal: AbortSignal,
): Promise<Measured> {
  const { name } = target.endpoint;
  if (flags.warmup > 0) {
    const loop: Loop = { kind: 'closed', concurrency: flags.concurrency ?? 1, rampMs: flags.ramp * 1000 };
    const limit: Limit = { kind: 'requests', count: flags.warmup, ...drainOf(flags) };
    await measure(target, `${name} warm-up`, loop, limit, flags, signal);
  }
  return measure(target, name, load.loop(), load.limit, flags, signal);
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
  const conversations: Conversations = { begun: 0, complete: 0, brokenOff: 0 };
  const progress = showProgress(label, limit, tally, () => conversations.complete + conversations.brokenOff);
  const meter = startInstrument();
  const startMs = clock.now();
  const counters = createCounters();
  const endMs = limit.kind === 'duration' ? limit.ms : Number.POSITIVE_INFINITY;
  const results = { startMs, endMs, tally, conversations, counters, lateness: lateness.record };
  try {
    const load = await runLoad(loop, limit, (order, stop) => converse(target, order, results, clock, stop), {
      clock,
      signal,
      startMs,
      counters,
    });
    const sendLatenessMs = lateness.summary();
    return {
      ...load,
      maxInFlight: counters.mostInFlight,
      conversations,
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
