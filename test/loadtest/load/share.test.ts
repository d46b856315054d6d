import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '../../../src/common/random.js';
import { type Arrival, type Arrivals, createArrivals } from '../../../src/loadtest/load/arrivals.js';
import { type Order, runLoad } from '../../../src/loadtest/load/run-load.js';
import {
  arrivalsOf,
  formatShare,
  parseShare,
  type Share,
  slotsOf,
} from '../../../src/loadtest/load/share.js';
import { createVirtualClock } from './virtual-clock.js';

const never = new AbortController().signal;
const all = (arrivals: Arrivals): Arrival[] => {
  const found: Arrival[] = [];
  for (let next = arrivals(); next !== undefined; next = arrivals()) found.push(next);
  return found;
};
const shardsOf = (of: number): Share[] => Array.from({ length: of }, (_, index) => ({ index, of }));

test('the arrivals of all shards together are the arrivals of the whole test, each once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer(), (of, seed) => {
      const whole = (): Arrivals =>
        createArrivals({ kind: 'poisson' }, [{ from: 5, to: 50, ms: 4000 }], createRandom(seed));
      const parts = shardsOf(of).flatMap((shard) => all(arrivalsOf(shard, whole())));
      expect(parts.toSorted((one, other) => one.index - other.index)).toEqual(all(whole()));
    }),
  );
});

test('the shards of a closed loop together have the requests and the concurrency of the whole test', async () => {
  for (const of of [1, 2, 3, 7]) {
    const sent: number[] = [];
    let slots = 0;
    for (const shard of shardsOf(of)) {
      const clock = createVirtualClock();
      const concurrency = slotsOf(shard, 10);
      slots += concurrency;
      const send = async ({ index }: Order): Promise<void> => {
        sent.push(index);
        await clock.wait(7, never);
      };
      const loop = { kind: 'closed', concurrency, part: shard } as const;
      await clock.play(runLoad(loop, { kind: 'requests', count: 100 }, send, { clock, signal: never }));
    }
    expect(slots).toBe(10);
    expect(sent.toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 100 }, (_, index) => index),
    );
  }
});

test.each(['1/1', '2/8', '10000/10000'])('the shard %s is parsed and formatted', (text) => {
  const shard = parseShare(text);
  expect(shard && formatShare(shard)).toBe(text);
});

test.each(['', '0/2', '3/2', '1', '1/0', '-1/2', '1/2/3', '1/10001'])('the shard %j is refused', (text) => {
  expect(parseShare(text)).toBeUndefined();
});
