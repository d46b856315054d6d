import { describe, expect, test } from 'vitest';
import { type EventSink, iterateEvents } from '../../src/sdk/event-iterator.js';

const collect = async <T>(events: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const event of events) all.push(event);
  return all;
};

describe('events as an async iterator', () => {
  test('come in order, with the outcome last', async () => {
    const events = iterateEvents<string>(async ({ give }) => {
      give('a');
      await Promise.resolve();
      give('b');
      give('c');
      return 'end';
    });
    expect(await collect(events)).toEqual(['a', 'b', 'c', 'end']);
  });

  test('start with the first call of next', async () => {
    let started = false;
    const events = iterateEvents<string>(async () => {
      started = true;
      return 'end';
    });
    await Promise.resolve();
    expect(started).toBe(false);
    await events.next();
    expect(started).toBe(true);
  });

  test('make the producer wait while an event is not taken', async () => {
    const given: number[] = [];
    const taken: number[] = [];
    const events = iterateEvents<number>(async ({ give, drained }) => {
      for (let count = 0; count < 20; count += 1) {
        given.push(count);
        give(count);
        await drained();
      }
      return -1;
    });
    for await (const event of events) {
      taken.push(event);
      await new Promise((resolve) => setImmediate(resolve));
      expect(given.length - taken.length).toBeLessThanOrEqual(0);
    }
    expect(taken).toHaveLength(21);
  });

  test('a failure is thrown after the events before it', async () => {
    const seen: string[] = [];
    const events = iterateEvents<string>(async ({ give }) => {
      give('a');
      throw new Error('broken');
    });
    const all = (async () => {
      for await (const event of events) seen.push(event);
    })();
    await expect(all).rejects.toThrow('broken');
    expect(seen).toEqual(['a']);
  });

  test('leaving the loop aborts the producer, ends its wait, and waits for its end', async () => {
    let sink: EventSink<string> | undefined;
    let ended = false;
    const events = iterateEvents<string>(async (given) => {
      sink = given;
      given.give('a');
      await given.drained();
      ended = true;
      return 'end';
    });
    for await (const _ of events) break;
    expect(sink?.signal.aborted).toBe(true);
    expect(ended).toBe(true);
  });

  test("the caller's signal is passed on with its reason, even if it was aborted before", async () => {
    const aborter = new AbortController();
    const reasons: unknown[] = [];
    const produce = ({ signal }: EventSink<string>): Promise<string> =>
      new Promise((resolve) => {
        const onAbort = (): void => {
          reasons.push(signal.reason);
          resolve('end');
        };
        if (signal.aborted) onAbort();
        else signal.addEventListener('abort', onAbort);
      });
    const pending = collect(iterateEvents(produce, aborter.signal));
    aborter.abort('enough');
    expect(await pending).toEqual(['end']);
    expect(await collect(iterateEvents(produce, aborter.signal))).toEqual(['end']);
    expect(reasons).toEqual(['enough', 'enough']);
  });
});
