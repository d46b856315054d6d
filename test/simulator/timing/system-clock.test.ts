import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDueHeap } from '../../../src/simulator/timing/due-heap.js';
import { createSystemClock } from '../../../src/simulator/timing/system-clock.js';

test('a heap returns due times in order, for any additions and removals', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.double({ noNaN: true }), fc.constant('take' as const))), (steps) => {
      const heap = createDueHeap<{ dueMs: number }>();
      const expected: number[] = [];
      for (const step of steps) {
        if (step === 'take') {
          expect(heap.first()?.dueMs).toBe(expected[0]);
          expect(heap.shift()?.dueMs).toBe(expected.shift());
        } else {
          heap.add({ dueMs: step });
          expected.push(step);
          expected.sort((a, b) => a - b);
        }
        expect(heap.size).toBe(expected.length);
      }
    }),
  );
});

describe('the system’s clock', () => {
  const ring =
    (clock = createSystemClock()) =>
    (afterMs: number) =>
      new Promise<number>((resolve) => {
        const dueMs = clock.now() + afterMs;
        clock.alarm(dueMs, () => resolve(clock.now() - dueMs));
      });

  test.each([0, 0.3, 1, 2.5, 7.9, 20])('never rings early: %s ms', async (afterMs) => {
    const at = ring();
    for (let count = 0; count < 10; count += 1) expect(await at(afterMs)).toBeGreaterThanOrEqual(0);
  });

  test('fires many alarms in order', async () => {
    const clock = createSystemClock();
    const startMs = clock.now();
    const rung: number[] = [];
    await Promise.all(
      Array.from(
        { length: 500 },
        (_, index) =>
          new Promise<void>((resolve) => {
            const afterMs = ((index * 37) % 500) / 10;
            clock.alarm(startMs + afterMs, () => {
              rung.push(afterMs);
              resolve();
            });
          }),
      ),
    );
    expect(rung).toEqual([...rung].sort((a, b) => a - b));
    expect(clock.now() - startMs).toBeGreaterThanOrEqual(49.9);
  });

  test('does not fire cancelled alarms, and never fires within a call', async () => {
    const clock = createSystemClock();
    let rung = 0;
    const callOff = clock.alarm(clock.now() + 1, () => {
      rung += 1;
    });
    clock.alarm(clock.now() - 5, () => {
      rung += 10;
    });
    expect(rung).toBe(0);
    callOff();
    await ring(clock)(5);
    expect(rung).toBe(10);
  });

  test('handles sockets and other timers while it waits', async () => {
    const at = ring();
    let turns = 0;
    const count = (): void => {
      turns += 1;
      next = setImmediate(count);
    };
    let next = setImmediate(count);
    // There would be one turn if the 2 ms were slept in one piece. On a busy machine, a sleep often ends too late for
    // another turn.
    const turnsWhile = async (): Promise<number> => {
      const before = turns;
      await at(2);
      return turns - before;
    };
    await expect.poll(turnsWhile, { interval: 0 }).toBeGreaterThan(1);
    clearImmediate(next);
  });
});
