import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../../../common/time/now-ms.js';
import { LoadExchanges } from '../../../connector/load-exchanges.js';
import { type Counts, createDistribution } from '../../../loadtest/figures/distribution.js';
import type { Counters } from '../../../loadtest/load/counters.js';
import { type InstrumentReading, startInstrument } from '../../../loadtest/load/instrument.js';
import { type Clock, type LoadResult, runLoad } from '../../../loadtest/load/run-load.js';
import type { Share } from '../../../loadtest/load/share.js';
import type { Sample } from '../../../loadtest/samples/sample.js';
import { converse } from '../converse.js';
import type { Load } from '../load.js';
import type { Conversations, Stopped, Target } from '../send.js';

/**
 * Most requests of a closed loop that are sent together. Before they are sent, answers that have arrived are read: with
 * 50 requests at a time, a request waits 0.1 ms on average. An open loop sends each request at its own time.
 */
const TOGETHER = 16;

const clock: Clock = {
  now: nowMs,
  wait: (ms, signal) => sleep(ms, undefined, { signal }),
};

/** The result of one thread's share of a test, without its samples. Plain data that can be sent to another thread. */
export interface Part extends LoadResult {
  /** Unix time in ms. */
  startedAtMs: number;
  conversations: Conversations;
  stopped: Stopped;
  /** Delays between the loop's orders and the sends, in ms. */
  lateness: Counts | undefined;
  instrument: InstrumentReading;
}

/** The start, the counters and the callbacks that join a share of a test to the other shares. */
export interface ShareContext {
  /** When the test begins, on the clock of `performance.now()`. */
  startMs: number;
  share: Share;
  counters: Counters;
  /** Called with each result and the gaps between the answer's arrivals. */
  onSample(sample: Sample, gapsMs: readonly number[]): void;
  onGivenOut?: (atMs: number) => void;
  givenOut?: Promise<number>;
}

/** Sends the requests of a share. */
export async function measurePart(
  target: Target,
  { loop, limit, first }: Load,
  { onSample, ...context }: ShareContext,
  signal: AbortSignal,
): Promise<Part> {
  const { startMs, counters } = context;
  const lateness = createDistribution();
  const conversations: Conversations = { begun: 0, complete: 0, brokenOff: 0 };
  const stopped: Stopped = { requests: 0, ms: 0 };
  const shape = loop();
  const exchanges = new LoadExchanges(target, shape.kind === 'closed' ? TOGETHER : 1);
  const results = {
    exchanges,
    first,
    startMs,
    endMs: limit.kind === 'duration' ? limit.ms : Number.POSITIVE_INFINITY,
    add: onSample,
    conversations,
    stopped,
    counters,
    lateness: lateness.record,
  };
  const meter = startInstrument();
  let watched: AbortSignal | undefined;
  const watch = (stop: AbortSignal): void => {
    if (watched === stop) return;
    watched = stop;
    stop.addEventListener('abort', () => exchanges.abort(), { once: true });
  };
  const load = await runLoad(
    shape,
    limit,
    (order, stop) => {
      watch(stop);
      return converse(target, order, results, clock, stop);
    },
    { ...context, clock, signal },
  );
  exchanges.close();
  const startedAtMs = performance.timeOrigin + startMs;
  return {
    ...load,
    startedAtMs,
    conversations,
    stopped,
    lateness: lateness.counts(),
    instrument: meter.stop(),
  };
}
