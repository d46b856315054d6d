import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '../../../src/common/random.js';
import { type Arrivals, arrivalsAt, createArrivals } from '../../../src/loadtest/load/arrivals.js';
import { createCounters } from '../../../src/loadtest/load/counters.js';
import {
  DrainLimit,
  type Limit,
  type Loop,
  type Order,
  runLoad,
  type Send,
} from '../../../src/loadtest/load/run-load.js';
import { createVirtualClock } from './virtual-clock.js';

const never = new AbortController().signal;

const poisson = (perSecond: number): Arrivals =>
  createArrivals(
    { kind: 'poisson' },
    [{ from: perSecond, to: perSecond, ms: Number.POSITIVE_INFINITY }],
    createRandom(7),
  );
/** Arrivals every `gapMs`; the first also comes after `gapMs`. */
const every = (ms: number): Arrivals => {
  let atMs = 0;
  return arrivalsAt(() => {
    atMs += ms;
    return atMs;
  });
};

test('a closed loop keeps its concurrency, sends exactly its count, and ends with the last request', () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 1, max: 50 }),
      async (concurrency, count, serviceMs) => {
        const clock = createVirtualClock();
        const orders: Order[] = [];
        let running = 0;
        let most = 0;
        const send = async (order: Order): Promise<void> => {
          orders.push(order);
          running += 1;
          most = Math.max(most, running);
          await clock.wait(serviceMs, never);
          running -= 1;
        };
        const limit = { kind: 'requests', count } as const;
        const { tookMs } = await clock.play(
          runLoad({ kind: 'closed', concurrency }, limit, send, { clock, signal: never }),
        );
        expect(orders.map(({ index }) => index)).toEqual(Array.from({ length: count }, (_, index) => index));
        expect(most).toBe(Math.min(concurrency, count));
        expect(tookMs).toBe(Math.ceil(count / concurrency) * serviceMs);
      },
    ),
    { numRuns: 30 },
  ));

test('a ramp spreads the first requests of a closed loop; later requests follow the answers', async () => {
  const clock = createVirtualClock();
  const intended: number[] = [];
  const send = async ({ intendedMs }: Order): Promise<void> => {
    expect(clock.now()).toBeCloseTo(intendedMs);
    intended.push(intendedMs);
    await clock.wait(100, never);
  };
  const loop = { kind: 'closed', concurrency: 4, rampMs: 80 } as const;
  await clock.play(runLoad(loop, { kind: 'requests', count: 7 }, send, { clock, signal: never }));
  expect(intended).toEqual([0, 20, 40, 60, 100, 120, 140]);
});

test('the send times of an open loop do not depend on the answers', async () => {
  const sentAt = async (serviceMs: number): Promise<number[]> => {
    const clock = createVirtualClock();
    const at: number[] = [];
    const send = async ({ intendedMs }: Order): Promise<void> => {
      expect(clock.now()).toBeCloseTo(intendedMs);
      at.push(clock.now());
      await clock.wait(serviceMs, never);
    };
    const loop = { kind: 'open', arrivals: poisson(10) } as const;
    await clock.play(runLoad(loop, { kind: 'requests', count: 50 }, send, { clock, signal: never }));
    return at;
  };
  expect(await sentAt(1)).toEqual(await sentAt(10_000));
});

test('requests over an open loop’s concurrency wait and keep their intended time', async () => {
  const clock = createVirtualClock();
  const seen: { intendedMs: number; atMs: number }[] = [];
  const send = async ({ intendedMs }: Order): Promise<void> => {
    seen.push({ intendedMs, atMs: clock.now() });
    await clock.wait(100, never);
  };
  const loop = { kind: 'open', arrivals: every(10), concurrency: 1 } as const;
  await clock.play(runLoad(loop, { kind: 'requests', count: 4 }, send, { clock, signal: never }));
  expect(seen).toEqual([
    { intendedMs: 10, atMs: 10 },
    { intendedMs: 20, atMs: 110 },
    { intendedMs: 30, atMs: 210 },
    { intendedMs: 40, atMs: 310 },
  ]);
});

test('a duration ends the sending, and the loop waits for running requests', async () => {
  const clock = createVirtualClock();
  let ended = 0;
  const send = async (): Promise<void> => {
    await clock.wait(70, never);
    ended += 1;
  };
  const limit = { kind: 'duration', ms: 100 } as const;
  const { tookMs } = await clock.play(
    runLoad({ kind: 'closed', concurrency: 2 }, limit, send, { clock, signal: never }),
  );
  expect([tookMs, ended]).toEqual([140, 4]);
});

/** A server that never answers: a request only ends by an abort. */
const stalled =
  (reasons: unknown[]): Send =>
  (_order, signal) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        reasons.push(signal.reason);
        resolve();
      });
    });

test.each([
  [{ kind: 'duration', ms: 100, drainMs: 50 }, 150],
  [{ kind: 'requests', count: 2, drainMs: 50 }, 50],
] as const)('requests that still run at the drain limit of %j are aborted', async (limit, endMs) => {
  const clock = createVirtualClock();
  const reasons: unknown[] = [];
  const loop = { kind: 'closed', concurrency: 2 } as const;
  const result = await clock.play(runLoad(loop, limit, stalled(reasons), { clock, signal: never }));
  expect(result).toEqual({ tookMs: endMs, unsent: 0 });
  expect(reasons.map((reason) => reason instanceof DrainLimit)).toEqual([true, true]);
});

test('arrivals without a free slot until the drain limit count as unsent', async () => {
  const clock = createVirtualClock();
  const loop = { kind: 'open', arrivals: every(10), concurrency: 1 } as const;
  const limit = { kind: 'requests', count: 4, drainMs: 100 } as const;
  const result = await clock.play(runLoad(loop, limit, stalled([]), { clock, signal: never }));
  expect(result).toMatchObject({ unsent: 3 });
});

test.each(['closed', 'open'] as const)('an abort ends a %s loop without a further request', async (kind) => {
  const clock = createVirtualClock();
  const abort = new AbortController();
  let sent = 0;
  const send = async ({ index }: Order): Promise<void> => {
    sent += 1;
    await clock.wait(5, never);
    if (index === 2) abort.abort();
  };
  const loop =
    kind === 'closed'
      ? ({ kind, concurrency: 1 } as const)
      : ({ kind, arrivals: every(1), concurrency: 1 } as const);
  await clock.play(runLoad(loop, { kind: 'requests', count: 100 }, send, { clock, signal: abort.signal }));
  expect(sent).toBe(3);
});

test('an open loop ends after its last arrival and waits for the answers', async () => {
  const clock = createVirtualClock();
  const at: number[] = [];
  const moments = [0, 5, 5, 40];
  const send = async ({ index, intendedMs }: Order): Promise<void> => {
    at.push(index, intendedMs, clock.now());
    await clock.wait(100, never);
  };
  const loop = { kind: 'open', arrivals: arrivalsAt(() => moments.shift()) } as const;
  const { tookMs } = await clock.play(
    runLoad(loop, { kind: 'requests', count: 9 }, send, { clock, signal: never }),
  );
  expect(at).toEqual([0, 0, 0, 1, 5, 5, 2, 5, 5, 3, 40, 40]);
  expect(tookMs).toBe(140);
});

/** Runs all shares of a test at once, as workers do. Returns the orders in the order of their sends. */
async function together(of: number, loop: () => Loop, limit: Limit, serviceMs: number): Promise<Order[]> {
  const clock = createVirtualClock();
  const counters = createCounters();
  const orders: Order[] = [];
  const send: Send = async (order) => {
    orders.push(order);
    counters.begin();
    await clock.wait(serviceMs, never);
    counters.end();
  };
  const shares = Array.from({ length: of }, (_, index) =>
    runLoad(loop(), limit, send, { clock, signal: never, share: { index, of }, counters }),
  );
  await clock.play(Promise.all(shares));
  const { kind, concurrency } = loop();
  if (kind === 'closed') expect(counters.mostInFlight).toBe(concurrency);
  return orders;
}

test('the shares of an open loop together send each request of the test once', async () => {
  const loop = (): Loop => ({ kind: 'open', arrivals: poisson(50) });
  const limit = { kind: 'requests', count: 60 } as const;
  expect(await together(3, loop, limit, 500)).toEqual(await together(1, loop, limit, 500));
});

test('the shares of a closed loop together keep the concurrency and use each number once', async () => {
  const loop = (): Loop => ({ kind: 'closed', concurrency: 5, rampMs: 100 });
  const limit = { kind: 'requests', count: 23 } as const;
  const orders = await together(2, loop, limit, 300);
  expect(orders.map(({ index }) => index)).toEqual(Array.from({ length: 23 }, (_, index) => index));
  expect(orders.slice(0, 5).map(({ intendedMs }) => intendedMs)).toEqual([0, 20, 40, 60, 80]);
});

test('a share drains when another share sends the last request', async () => {
  const clock = createVirtualClock();
  const counters = createCounters();
  const given = Promise.withResolvers<number>();
  const limit = { kind: 'requests', count: 2, drainMs: 40 } as const;
  const reasons: unknown[] = [];
  const shares = [0, 1].map((index) =>
    runLoad({ kind: 'closed', concurrency: 2 }, limit, stalled(reasons), {
      clock,
      signal: never,
      share: { index, of: 2 },
      counters,
      onGivenOut: given.resolve,
      givenOut: given.promise,
    }),
  );
  expect(await clock.play(Promise.all(shares))).toEqual(Array(2).fill({ tookMs: 40, unsent: 0 }));
  expect(reasons).toHaveLength(2);
});
