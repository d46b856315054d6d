import { createDistribution } from '../../loadtest/figures/distribution.js';
import { createTally, type Tally } from '../../loadtest/figures/tally.js';
import { createCounters } from '../../loadtest/load/counters.js';
import { type Instrument, mergedReadings, startInstrument } from '../../loadtest/load/instrument.js';
import type { Limit, LoadResult } from '../../loadtest/load/run-load.js';
import { probeDaemon } from './engine/daemon-probe.js';
import type { Engine } from './engine/engine.js';
import type { Part } from './engine/part.js';
import type { BenchFlags } from './flags/flags.js';
import { showProgress } from './live/progress.js';
import type { Load } from './load.js';
import { type Conversations, type Stopped, UNFINISHED } from './send.js';

/** The measurements of one test. */
export interface Measured extends LoadResult {
  startedAt: Date;
  tally: Tally;
  conversations: Conversations;
  stopped: Stopped;
  /** Largest number of requests at the same time. */
  maxInFlight: number;
  /** The time that rates use, in ms: until the end of the last answer that was not cut off. */
  durationMs: number;
  /** Number of threads that sent requests. */
  workers: number;
  /** Moments that the user marked, since the start. */
  marksMs: readonly number[];
  instrument: Instrument;
}

/** A test to measure. */
export interface Measurement {
  label: string;
  flags: BenchFlags;
  /** The load of `flags`. */
  load: Pick<Load, 'kind' | 'limit'>;
  /** Takes the results [a new one]. */
  tally?: Tally;
}

/** Runs one test and returns its measurements. */
export async function measure(
  engine: Engine,
  { label, flags, load, tally = createTally(load.kind, flags.slo?.limits) }: Measurement,
  signal: AbortSignal,
): Promise<Measured> {
  const counters = createCounters();
  const marksMs: number[] = [];
  const progress = showProgress(
    {
      ...{ label, limit: load.limit, tally },
      ended: () => counters.settled,
      inFlight: () => counters.inFlight,
      onMark: (atMs) => marksMs.push(atMs),
    },
    flags.progress,
  );
  // This meter's CPU time includes all threads.
  const meter = startInstrument();
  const probe = engine.daemon === undefined ? undefined : probeDaemon(engine.daemon);
  try {
    const parts = await engine.run({ flags, counters, tally }, signal);
    const { cpu } = meter.stop();
    const daemonDelayMs = probe?.stop();
    const result = {
      tookMs: parts.reduce((most, { tookMs }) => Math.max(most, tookMs), 0),
      unsent: parts.reduce((sum, { unsent }) => sum + unsent, 0),
    };
    return {
      ...result,
      startedAt: new Date(Math.min(...parts.map(({ startedAtMs }) => startedAtMs))),
      tally,
      conversations: conversationsOf(parts),
      stopped: {
        requests: parts.reduce((sum, { stopped }) => sum + stopped.requests, 0),
        ms: parts.reduce((sum, { stopped }) => sum + stopped.ms, 0),
      },
      maxInFlight: counters.mostInFlight,
      durationMs: durationOf(result, load.limit, tally),
      workers: engine.workers,
      marksMs,
      instrument: {
        ...instrumentOf(parts, flags),
        cpu,
        ...(daemonDelayMs !== undefined && { daemonDelayMs }),
      },
    };
  } finally {
    probe?.stop();
    progress.stop();
  }
}

function conversationsOf(parts: readonly Part[]): Conversations {
  const all: Conversations = { begun: 0, complete: 0, brokenOff: 0 };
  for (const { conversations } of parts) {
    all.begun += conversations.begun;
    all.complete += conversations.complete;
    all.brokenOff += conversations.brokenOff;
  }
  return all;
}

function instrumentOf(parts: readonly Part[], { through }: BenchFlags): Instrument {
  const lateness = createDistribution();
  for (const part of parts) if (part.lateness !== undefined) lateness.add(part.lateness);
  const sendLatenessMs = lateness.summary();
  return {
    ...mergedReadings(parts.map(({ instrument }) => instrument)),
    gapsElsewhere: through === 'daemon',
    ...(sendLatenessMs !== undefined && { sendLatenessMs }),
  };
}

/** Excludes the wait for the drain limit, which has no answers and would lower every rate. */
function durationOf({ tookMs, unsent }: LoadResult, limit: Limit, { samples }: Tally): number {
  const cut = samples.some((one) => one.outcome === 'failed' && one.errorClass === UNFINISHED);
  if (!cut && unsent === 0) return tookMs;
  const ended = samples.filter((one) => one.outcome === 'complete' || one.errorClass !== UNFINISHED);
  const last = ended.reduce((latest, { endMs }) => Math.max(latest, endMs), 0);
  return Math.max(last, limit.kind === 'duration' ? Math.min(limit.ms, tookMs) : 0);
}
