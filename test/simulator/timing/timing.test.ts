import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/common/random.js';
import type { Frame } from '../../../src/simulator/chat/reply.js';
import { DEFAULT_SETTINGS } from '../../../src/simulator/settings/default-settings.js';
import type { Settings } from '../../../src/simulator/settings/settings.js';
import {
  type Distribution,
  draw,
  formatDistribution,
  parseDistribution,
} from '../../../src/simulator/timing/distribution.js';
import { pace } from '../../../src/simulator/timing/pace.js';
import { createSchedule } from '../../../src/simulator/timing/timing.js';
import { constant } from '../chat-client.js';
import { createFakeClock, type FakeClock } from './fake-clock.js';

describe('random numbers', () => {
  test('are the same for a seed and a stream, and differ between streams', () => {
    const draw = (seed: number, stream: number): number[] =>
      Array.from({ length: 5 }, createRandom(seed, stream));
    expect(draw(7, 0)).toEqual(draw(7, 0));
    expect(draw(7, 0)).not.toEqual(draw(7, 1));
    expect(draw(7, 0)).not.toEqual(draw(8, 0));
  });

  test('are uniform in [0, 1)', () => {
    const random = createRandom(3);
    const draws = Array.from({ length: 20_000 }, random);
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...draws)).toBeLessThan(1);
    const tenths = draws.reduce((counts, draw) => {
      const tenth = Math.floor(draw * 10);
      return counts.with(tenth, (counts[tenth] ?? 0) + 1);
    }, Array<number>(10).fill(0));
    for (const count of tenths) expect(Math.abs(count - 2_000)).toBeLessThan(200);
  });
});

describe('a distribution', () => {
  const statistics = (distribution: Distribution) => {
    const random = createRandom(11);
    const draws = Array.from({ length: 40_000 }, () => draw(distribution, random)).sort((a, b) => a - b);
    const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
    return { mean, p50: draws[20_000] ?? 0, p95: draws[38_000] ?? 0, min: draws[0] ?? 0 };
  };
  const within = (value: number, expected: number): void =>
    expect(Math.abs(value / expected - 1)).toBeLessThan(0.02);

  test('that is constant does not vary', () => {
    expect(statistics(constant(30))).toMatchObject({ p50: 30, p95: 30, min: 30 });
  });

  test('that is normal has the given mean and deviation, and no draw below 0', () => {
    const { mean, p95 } = statistics({ kind: 'normal', meanMs: 100, deviationMs: 20 });
    within(mean, 100);
    within(p95, 100 + 1.645 * 20);
    expect(statistics({ kind: 'normal', meanMs: 1, deviationMs: 5 }).min).toBe(0);
  });

  test('that is log-normal has the given mean and a long tail', () => {
    const { mean, p50, p95 } = statistics({ kind: 'log-normal', meanMs: 300, sigma: 0.5 });
    within(mean, 300);
    within(p50, 300 * Math.exp(-0.125));
    within(p95, 300 * Math.exp(-0.125 + 1.645 * 0.5));
  });

  test('that was recorded draws from the measured times', () => {
    const { mean, min } = statistics({ kind: 'recorded', source: 'x', samplesMs: [10, 20, 60] });
    within(mean, 30);
    expect(min).toBe(10);
  });

  test.each(['constant:2.5', 'normal:300,20', 'log-normal:300,0.5'])('reads and shows %s', (text) => {
    const distribution = parseDistribution(text, 1);
    expect(distribution && formatDistribution(distribution)).toBe(text);
  });

  test('given as a number varies a little', () => {
    expect(parseDistribution('300', 0.1)).toEqual({ kind: 'log-normal', meanMs: 300, sigma: 0.1 });
  });

  test.each(['', 'NaN', '-5', '1e3', '0x10', 'Infinity', '600001', 'constant:', 'constant:1,2', 'normal:5'])(
    'cannot be read from %j',
    (text) => expect(parseDistribution(text, 0.1)).toBeUndefined(),
  );
});

describe('a schedule', () => {
  const paced = (settings: Partial<Settings>): Settings => ({
    ...DEFAULT_SETTINGS,
    ttft: constant(300),
    gap: constant(2.5),
    ...settings,
  });

  test('places every token from the start, and the headers shortly before the first', () => {
    const schedule = createSchedule(paced({}), 10, () => 0, createRandom(1));
    expect(schedule).toMatchObject({ headersMs: 291, firstMs: 300 });
    expect([1, 2, 3, 4].map(schedule.next)).toEqual([300, 302.5, 305, 307.5]);
  });

  test('adds the time for reading the prompt', () => {
    expect(createSchedule(paced({ prefill: 0.5 }), 1_000, () => 0, createRandom(1)).firstMs).toBe(800);
  });

  test('slows down with the number of other running answers', () => {
    let others = 2;
    const schedule = createSchedule(paced({ slowdown: 0.5 }), 1, () => others, createRandom(1));
    expect(schedule.next()).toBe(600);
    expect(schedule.next()).toBe(605);
    others = 0;
    expect(schedule.next()).toBe(607.5);
  });
});

describe('pacing', () => {
  const frames: readonly Frame[] = [100, 112.5, 125, 137.5, 137.5].map((atMs, index) => ({
    atMs,
    tokens: 1,
    bytes: () => String(index),
  }));

  function start(clock: FakeClock, signal: AbortSignal, blockOn = -1, unblocked = Promise.resolve()) {
    const sent: [text: string, atMs: number][] = [];
    const done = pace(frames, clock.now(), clock, signal, (due) => {
      sent.push([due.map((frame) => frame.bytes()).join(), clock.now()]);
      return sent.length - 1 === blockOn ? unblocked : undefined;
    });
    return { sent, done };
  }

  test('sends each frame exactly when it is due', async () => {
    const clock = createFakeClock();
    await clock.advance(1_000);
    const { sent, done } = start(clock, new AbortController().signal);
    await clock.advance(1_000);
    await done;
    expect(sent).toEqual([
      ['0', 1_100],
      ['1', 1_112.5],
      ['2', 1_125],
      ['3,4', 1_137.5],
    ]);
  });

  test('after a late timer sends overdue frames in one write, and the rest on time', async () => {
    const clock = createFakeClock();
    const { sent, done } = start(clock, new AbortController().signal);
    await clock.jump(130);
    expect(sent).toEqual([['0,1,2', 130]]);
    await clock.advance(100);
    await done;
    expect(sent.slice(1)).toEqual([['3,4', 137.5]]);
  });

  test('sends frames marked `alone` in separate writes, even if late', async () => {
    const clock = createFakeClock();
    const sent: number[] = [];
    const alone = frames.map((frame, index) => (index === 2 ? { ...frame, alone: true as const } : frame));
    const done = pace(alone, 0, clock, new AbortController().signal, (due) => {
      sent.push(due.length);
      return undefined;
    });
    await clock.jump(1_000);
    await done;
    expect(sent).toEqual([2, 1, 2]);
  });

  test('waits while the reader is not ready', async () => {
    const clock = createFakeClock();
    const gate = Promise.withResolvers<void>();
    const { sent, done } = start(clock, new AbortController().signal, 1, gate.promise);
    await clock.advance(1_000);
    expect(sent).toHaveLength(2);
    gate.resolve();
    await clock.advance(0);
    await done;
    expect(sent.slice(2)).toEqual([['2,3,4', 1_000]]);
  });

  test('ends at once when aborted, and keeps no timer', async () => {
    const clock = createFakeClock();
    const abort = new AbortController();
    const { sent, done } = start(clock, abort.signal);
    await clock.advance(115);
    expect(clock.waiting).toBe(1);
    abort.abort();
    await expect(done).rejects.toBe(abort.signal.reason);
    expect(sent).toHaveLength(2);
    expect(clock.waiting).toBe(0);
  });
});
