import type { Arrivals } from './arrivals.js';
import { type Counters, createCounters } from './counters.js';
import { arrivalsOf, type Share, slotsOf, WHOLE } from './share.js';

/** The time source of a load test. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Rejects when `signal` aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** The rule for when requests are sent. */
export type Loop =
  /**
   * Keeps `concurrency` requests running: each end starts the next. `rampMs`: the time over which the first requests
   * start. `part`: send only this share of the test's requests.
   */
  | { kind: 'closed'; concurrency: number; rampMs?: number; part?: Share }
  /** Sends at times that do not depend on the answers. `concurrency`: most requests at a time; later ones wait. */
  | { kind: 'open'; arrivals: Arrivals; concurrency?: number };

/** When to start no further request. `drainMs`: how long running requests may take after that [no limit]. */
export type Limit = ({ kind: 'requests'; count: number } | { kind: 'duration'; ms: number }) & {
  drainMs?: number;
};

/** A request to send now. Times in ms since the start. */
export interface Order {
  index: number;
  /** The intended send time. */
  intendedMs: number;
  /**
   * When the loop ordered the send; later than intended when the request waited for a free slot. Any further delay is
   * this program's own.
   */
  readyMs: number;
}

/** The abort reason of requests that still run when the drain limit has passed. */
export class DrainLimit extends Error {
  override readonly name = 'DrainLimit';
}

/** The loop's own result of a test. */
export interface LoadResult {
  /** Time from the start to the last request's end, in ms. */
  tookMs: number;
  /** Number of requests or conversations that were due, but still waited for a free slot when the test ended. */
  unsent: number;
}

export interface RunOptions {
  clock: Clock;
  signal: AbortSignal;
  /** When the test begins, on `clock` [now]. */
  startMs?: number;
  /** The share of the test to send [all]. */
  share?: Share;
  /** Counters shared with all other shares [new ones]. */
  counters?: Counters;
  /** Called when the last request of a count is sent or waits for a free slot; `atMs` since the start. */
  onGivenOut?: (atMs: number) => void;
  /** Resolves when another thread reaches the last request first, to the `atMs` of its `onGivenOut`. */
  givenOut?: Promise<number>;
}

/** Sends one request. Must not reject, and must end early when `signal` aborts. */
export type Send = (order: Order, signal: AbortSignal) => Promise<void>;

/**
 * Sends requests until the limit or until `signal` aborts, and waits for all of them. Requests that still run at the
 * drain limit are aborted with a `DrainLimit`.
 */
export async function runLoad(
  loop: Loop,
  limit: Limit,
  send: Send,
  {
    clock,
    signal,
    startMs = clock.now(),
    share = WHOLE,
    counters = createCounters(),
    ...callbacks
  }: RunOptions,
): Promise<LoadResult> {
  const stop = new AbortController();
  const ended = new AbortController();
  const onAbort = (): void => stop.abort(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });

  const drainFrom = async (atMs: number): Promise<void> => {
    if (limit.drainMs === undefined) return;
    const due = await reached(startMs + atMs + limit.drainMs, clock, ended.signal);
    if (due) stop.abort(new DrainLimit());
  };
  const run: Run = {
    within: (index, atMs) =>
      !stop.signal.aborted && (limit.kind === 'requests' ? index < limit.count : atMs < limit.ms),
    allGivenOut(atMs) {
      if (limit.kind !== 'requests') return;
      callbacks.onGivenOut?.(atMs);
      void drainFrom(atMs);
    },
    send,
    clock,
    startMs,
    signal: stop.signal,
    share,
    counters,
  };
  if (limit.kind === 'duration') void drainFrom(limit.ms);
  else void callbacks.givenOut?.then(drainFrom);
  const unsent = loop.kind === 'closed' ? await closedLoop(loop, run) : await openLoop(loop, run);
  ended.abort();
  signal.removeEventListener('abort', onAbort);
  return { tookMs: clock.now() - startMs, unsent };
}

interface Run {
  within: (index: number, atMs: number) => boolean;
  /** Called when the last request of the count is sent or waits for a free slot. */
  allGivenOut: (atMs: number) => void;
  send: Send;
  clock: Clock;
  startMs: number;
  signal: AbortSignal;
  share: Share;
  counters: Counters;
}

async function closedLoop(
  { concurrency, rampMs = 0, part = WHOLE }: Extract<Loop, { kind: 'closed' }>,
  { within, allGivenOut, send, clock, startMs, signal, share, counters }: Run,
): Promise<number> {
  const lane = async (number: number): Promise<void> => {
    let atMs = (rampMs * number) / concurrency;
    if (!(await reached(startMs + atMs, clock, signal))) return;
    for (; ; atMs = clock.now() - startMs) {
      // Each number that is taken must be sent, so take no number after the time limit.
      if (!within(0, atMs)) return;
      const index = part.index + counters.take() * part.of;
      if (!within(index, atMs)) return;
      if (!within(index + part.of, atMs)) allGivenOut(atMs);
      await send({ index, intendedMs: atMs, readyMs: atMs }, signal);
      counters.settle();
    }
  };
  const lanes: Promise<void>[] = [];
  for (let number = share.index; number < concurrency; number += share.of) lanes.push(lane(number));
  await Promise.all(lanes);
  return 0;
}

async function openLoop(
  { arrivals, concurrency = Number.POSITIVE_INFINITY }: Extract<Loop, { kind: 'open' }>,
  { within, allGivenOut, send, clock, startMs, signal, share, counters }: Run,
): Promise<number> {
  const most = slotsOf(share, concurrency);
  const backlog: Order[] = [];
  const running = new Set<Promise<void>>();
  const begin = (order: Order): void => {
    const one = send(order, signal).then(() => {
      counters.settle();
      running.delete(one);
      const waiting = signal.aborted ? undefined : backlog.shift();
      if (waiting !== undefined) begin({ ...waiting, readyMs: clock.now() - startMs });
    });
    running.add(one);
  };
  const nextArrival = arrivalsOf(share, arrivals);
  let lastMs = 0;
  for (let next = nextArrival(); next !== undefined && within(next.index, next.atMs); next = nextArrival()) {
    const { index, atMs } = next;
    lastMs = atMs;
    if (!(await reached(startMs + atMs, clock, signal))) break;
    const order = { index, intendedMs: atMs, readyMs: atMs };
    if (running.size < most) begin(order);
    else backlog.push(order);
  }
  allGivenOut(lastMs);
  while (running.size > 0) await Promise.all(running);
  return backlog.length;
}

/** Waits until `dueMs`; false when `signal` aborts first. */
async function reached(dueMs: number, clock: Clock, signal: AbortSignal): Promise<boolean> {
  for (let left = dueMs - clock.now(); left > 0 && !signal.aborted; left = dueMs - clock.now()) {
    await clock.wait(left, signal).catch(() => {});
  }
  return !signal.aborted;
}
