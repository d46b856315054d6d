import { describe, expect, test } from 'vitest';
import { createRandom } from '../../src/simulator/random.js';
import type { Frame } from '../../src/simulator/reply.js';
import { pace } from '../../src/simulator/send-reply.js';
import { checkLimits, constant, logNormal, schedule, typicalTiming } from '../../src/simulator/timing.js';
import { createFakeClock, type FakeClock } from './fake-clock.js';

describe('random numbers', () => {
  test('are the same for a seed and a stream, and differ between streams', () => {
    const draw = (seed: number, stream: number): number[] =>
      Array.from({ length: 5 }, createRandom(seed, stream));
    expect(draw(7, 0)).toEqual(draw(7, 0));
    expect(draw(7, 0)).not.toEqual(draw(7, 1));
    expect(draw(7, 0)).not.toEqual(draw(8, 0));
  });

  test('lie evenly in [0, 1)', () => {
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

  test('a log-normal duration has the mean asked for, and varies', () => {
    const random = createRandom(11);
    const duration = logNormal(300, 0.25);
    const draws = Array.from({ length: 20_000 }, () => duration(random));
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    expect(mean).toBeGreaterThan(300 * 0.99);
    expect(mean).toBeLessThan(300 * 1.01);
    expect(Math.max(...draws)).toBeGreaterThan(400);
    expect(Math.min(...draws)).toBeGreaterThan(0);
  });
});

describe('a schedule', () => {
  test('places every token from the start', () => {
    const timing = { firstToken: constant(300), gap: constant(2.5) };
    expect(schedule(4, timing, createRandom(1))).toEqual({
      headersMs: 291,
      tokensMs: [300, 302.5, 305, 307.5],
      endMs: 307.5,
    });
  });

  test('of an answer without tokens ends where the first would have been', () => {
    const timing = { firstToken: constant(300), gap: constant(2.5) };
    expect(schedule(0, timing, createRandom(1))).toEqual({ headersMs: 291, tokensMs: [], endMs: 300 });
  });

  test('at the typical pace holds both means over many answers', () => {
    const random = createRandom(5);
    const runs = Array.from({ length: 500 }, () => schedule(101, typicalTiming(300, 80), random));
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const ttftMs = mean(runs.map(({ tokensMs }) => tokensMs[0] ?? 0));
    const spanMs = mean(runs.map(({ tokensMs, endMs }) => endMs - (tokensMs[0] ?? 0)));
    expect(Math.abs(ttftMs - 300)).toBeLessThan(5);
    expect(Math.abs(spanMs - 1_250)).toBeLessThan(10);
  });
});

test.each([Number.NaN, -1, Number.POSITIVE_INFINITY, 600_001])('%s is no time to first token', (value) => {
  expect(() => checkLimits('ttftMs', value)).toThrow(`ttftMs must be from 0 to 600000, but is ${value}`);
});

describe('pacing', () => {
  const frames: readonly Frame[] = [100, 112.5, 125, 137.5, 137.5].map((atMs, index) => ({
    atMs,
    tokens: 1,
    bytes: () => String(index),
  }));

  function start(clock: FakeClock, signal: AbortSignal, blockOn = -1, unblocked = Promise.resolve()) {
    const sent: [text: string, atMs: number][] = [];
    const done = pace(frames, clock.now(), clock, signal, (frame) => {
      sent.push([String(frame.bytes()), clock.now()]);
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
      ['3', 1_137.5],
      ['4', 1_137.5],
    ]);
  });

  test('after a late timer sends what is overdue one by one, and the rest on time', async () => {
    const clock = createFakeClock();
    const { sent, done } = start(clock, new AbortController().signal);
    await clock.jump(130);
    expect(sent).toEqual([
      ['0', 130],
      ['1', 130],
      ['2', 130],
    ]);
    await clock.advance(100);
    await done;
    expect(sent.slice(3)).toEqual([
      ['3', 137.5],
      ['4', 137.5],
    ]);
  });

  test('waits again when a timer fires early', async () => {
    const clock = createFakeClock();
    const hasty = { now: clock.now, wait: (ms: number, signal: AbortSignal) => clock.wait(ms * 0.9, signal) };
    const sentAt: number[] = [];
    const done = pace(frames.slice(0, 1), 0, hasty, new AbortController().signal, () => {
      sentAt.push(clock.now());
      return undefined;
    });
    await clock.advance(200);
    await done;
    expect(sentAt[0]).toBeGreaterThanOrEqual(100);
    expect(sentAt[0]).toBeLessThan(100.001);
  });

  test('holds back while the reader is not ready', async () => {
    const clock = createFakeClock();
    const gate = Promise.withResolvers<void>();
    const { sent, done } = start(clock, new AbortController().signal, 1, gate.promise);
    await clock.advance(1_000);
    expect(sent).toHaveLength(2);
    gate.resolve();
    await clock.advance(0);
    await done;
    expect(sent).toHaveLength(5);
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
