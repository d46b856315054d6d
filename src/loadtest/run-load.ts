import type { Arrivals } from './arrivals.js';

/** Time as a load test sees it. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Rejects when `signal` aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** What decides when a request is sent. */
export type Loop =
  /** So many at a time: the next is sent when one has ended. `rampMs`: over how long the first ones are spread. */
  | { kind: 'closed'; concurrency: number; rampMs?: number }
  /** At moments that do not depend on the answers. `concurrency`: at most so many at a time; later ones wait. */
  | { kind: 'open'; arrivals: Arrivals; concurrency?: number };

/** When no further request is begun. `drainMs`: how long those that run may take after it [for ever]. */
export type Limit = ({ kind: 'requests'; count: number } | { kind: 'duration'; ms: number }) & {
  drainMs?: number;
};

/** A request to be sent now. Times in ms since the start. */
export interface Order {
  index: number;
  /** When it should have been sent. */
  intendedMs: number;
  /** When the loop let it go: later than intended where it waited for a place. What comes after is our delay. */
  readyMs: number;
}

/** Why requests are ended that still run when the drain limit has passed. */
export class DrainLimit extends Error {
  override readonly name = 'DrainLimit';
}

/** What the loop itself knows of a test. */
export interface LoadResult {
  /** From the start to the last request's end, in ms. */
  tookMs: number;
  /** Most requests that ran at the same time. */
  maxInFlight: number;
  /** Arrivals that waited for a place until the drain limit passed, and were never sent. */
  unsent: number;
}

/** Sends one request. Must not reject, and must end early when `signal` aborts. */
export type Send = (order: Order, signal: AbortSignal) => Promise<void>;

/**
 * Sends requests until the limit, or until `signal` aborts, and waits for all of them. What still runs at the drain
 * limit is aborted with a `DrainLimit`.
 */
export async function runLoad(
  loop: Loop,
  limit: Limit,
  send: Send,
  clock: Clock,
  signal: AbortSignal,
): Promise<LoadResult> {
  const startMs = clock.now();
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
  let inFlight = 0;
  let maxInFlight = 0;
  const counted: Send = async (order, stopped) => {
    inFlight += 1;
    maxInFlight = Math.max(maxInFlight, inFlight);
    await send(order, stopped);
    inFlight -= 1;
  };
  const run: Run = {
    within: (index, atMs) =>
      !stop.signal.aborted && (limit.kind === 'requests' ? index < limit.count : atMs < limit.ms),
    allGivenOut: (atMs) => {
      if (limit.kind === 'requests') void drainFrom(atMs);
    },
    send: counted,
    clock,
    startMs,
    signal: stop.signal,
  };
  if (limit.kind === 'duration') void drainFrom(limit.ms);
  const unsent = loop.kind === 'closed' ? await closedLoop(loop, run) : await openLoop(loop, run);
  ended.abort();
  signal.removeEventListener('abort', onAbort);
  return { tookMs: clock.now() - startMs, maxInFlight, unsent };
}

interface Run {
  within: (index: number, atMs: number) => boolean;
  /** The last request of the count is sent, or waits for a place. */
  allGivenOut: (atMs: number) => void;
  send: Send;
  clock: Clock;
  startMs: number;
  signal: AbortSignal;
}

async function closedLoop(
  { concurrency, rampMs = 0 }: Extract<Loop, { kind: 'closed' }>,
  { within, allGivenOut, send, clock, startMs, signal }: Run,
): Promise<number> {
  let next = 0;
  const worker = async (_: unknown, number: number): Promise<void> => {
    let atMs = (rampMs * number) / concurrency;
    if (!(await reached(startMs + atMs, clock, signal))) return;
    for (; within(next, atMs); atMs = clock.now() - startMs) {
      const index = next;
      next += 1;
      if (!within(next, atMs)) allGivenOut(atMs);
      await send({ index, intendedMs: atMs, readyMs: atMs }, signal);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return 0;
}

async function openLoop(
  { arrivals, concurrency = Number.POSITIVE_INFINITY }: Extract<Loop, { kind: 'open' }>,
  { within, allGivenOut, send, clock, startMs, signal }: Run,
): Promise<number> {
  const backlog: Order[] = [];
  const running = new Set<Promise<void>>();
  const begin = (order: Order): void => {
    const one = send(order, signal).then(() => {
      running.delete(one);
      const waiting = signal.aborted ? undefined : backlog.shift();
      if (waiting !== undefined) begin({ ...waiting, readyMs: clock.now() - startMs });
    });
    running.add(one);
  };
  let lastMs = 0;
  let atMs = arrivals();
  for (let index = 0; atMs !== undefined && within(index, atMs); index += 1, atMs = arrivals()) {
    lastMs = atMs;
    if (!(await reached(startMs + atMs, clock, signal))) break;
    const order = { index, intendedMs: atMs, readyMs: atMs };
    if (running.size < concurrency) begin(order);
    else backlog.push(order);
  }
  allGivenOut(lastMs);
  while (running.size > 0) await Promise.all(running);
  return backlog.length;
}

/** False when `signal` aborted first. */
async function reached(dueMs: number, clock: Clock, signal: AbortSignal): Promise<boolean> {
  for (let left = dueMs - clock.now(); left > 0 && !signal.aborted; left = dueMs - clock.now()) {
    await clock.wait(left, signal).catch(() => {});
  }
  return !signal.aborted;
}
