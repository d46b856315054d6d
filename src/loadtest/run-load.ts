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
  | { kind: 'open'; nextGapMs: () => number; concurrency?: number };

/** When no further request is begun; those that run are waited for. */
export type Limit = { kind: 'requests'; count: number } | { kind: 'duration'; ms: number };

/** A request to be sent now. `intendedMs`: when it should have been, in ms since the start. */
export interface Order {
  index: number;
  intendedMs: number;
}

/**
 * Sends requests until the limit, or until `signal` aborts, and waits for all of them. Resolves to the time
 * from the start to the last one's end, in ms.
 * @param send must not reject; ends early by itself when `signal` aborts
 */
export async function runLoad(
  loop: Loop,
  limit: Limit,
  send: (order: Order) => Promise<void>,
  clock: Clock,
  signal: AbortSignal,
): Promise<number> {
  const startMs = clock.now();
  const within = (index: number, atMs: number): boolean =>
    !signal.aborted && (limit.kind === 'requests' ? index < limit.count : atMs < limit.ms);
  if (loop.kind === 'closed') await closedLoop(loop, within, send, clock, startMs, signal);
  else await openLoop(loop, within, send, clock, startMs, signal);
  return clock.now() - startMs;
}

type Within = (index: number, atMs: number) => boolean;
type Send = (order: Order) => Promise<void>;

async function closedLoop(
  { concurrency, rampMs = 0 }: Extract<Loop, { kind: 'closed' }>,
  within: Within,
  send: Send,
  clock: Clock,
  startMs: number,
  signal: AbortSignal,
): Promise<void> {
  let next = 0;
  const worker = async (_: unknown, number: number): Promise<void> => {
    let atMs = (rampMs * number) / concurrency;
    if (!(await reached(startMs + atMs, clock, signal))) return;
    for (; within(next, atMs); atMs = clock.now() - startMs) {
      const index = next;
      next += 1;
      await send({ index, intendedMs: atMs });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

async function openLoop(
  { nextGapMs, concurrency = Number.POSITIVE_INFINITY }: Extract<Loop, { kind: 'open' }>,
  within: Within,
  send: Send,
  clock: Clock,
  startMs: number,
  signal: AbortSignal,
): Promise<void> {
  const backlog: Order[] = [];
  const running = new Set<Promise<void>>();
  const begin = (order: Order): void => {
    const one = send(order).then(() => {
      running.delete(one);
      const waiting = signal.aborted ? undefined : backlog.shift();
      if (waiting !== undefined) begin(waiting);
    });
    running.add(one);
  };
  // Each moment is laid out from the one intended before, so that lateness does not add up.
  let atMs = nextGapMs();
  for (let index = 0; within(index, atMs); index += 1, atMs += nextGapMs()) {
    if (!(await reached(startMs + atMs, clock, signal))) break;
    const order = { index, intendedMs: atMs };
    if (running.size < concurrency) begin(order);
    else backlog.push(order);
  }
  while (running.size > 0) await Promise.all(running);
}

/** False when `signal` aborted first. */
async function reached(dueMs: number, clock: Clock, signal: AbortSignal): Promise<boolean> {
  for (let left = dueMs - clock.now(); left > 0 && !signal.aborted; left = dueMs - clock.now()) {
    await clock.wait(left, signal).catch(() => {});
  }
  return !signal.aborted;
}
