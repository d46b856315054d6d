import { expect, test } from 'vitest';
import { createProgress } from '../../src/telemetry/export-progress.js';
import { createFakeClock } from '../support/clocks/clock.js';

/** An exporter whose exports end by hand, and the wait for its end. */
function flushing() {
  const clock = createFakeClock();
  const progress = createProgress(() => {}, clock);
  const results: Array<(result: { code: number }) => void> = [];
  const exporter = progress.followed<string, { export(items: string, done: (typeof results)[0]): void }>({
    export: (_items, done) => void results.push(done),
  });
  exporter?.export('first', () => {});
  exporter?.export('second', () => {});
  const ended = Promise.withResolvers<void>();
  const reason = progress.until(ended.promise);
  return { clock, reason, end: ended.resolve, answer: (code: number) => results.shift()?.({ code }) };
}

test('the program waits longer for a collector that accepts one export after another than for a silent one', async () => {
  const { clock, reason, end, answer } = flushing();
  clock.advance(1600);
  answer(0);
  clock.advance(2900);
  answer(0);
  end();
  expect(await reason).toBeUndefined();
  expect(clock.waiting).toBe(0);
});

test.each([
  ['nothing for 3 s', [], 3000],
  ['nothing for 3 s after an export', [1600], 4600],
  ['one export after another for 5 s', [1000, 2000, 3000, 4000], 5000],
])('the program stops waiting for a collector that accepted %s', async (_what, acceptedMs, givenUpMs) => {
  const { clock, reason, answer } = flushing();
  for (const atMs of acceptedMs) {
    clock.advance(atMs - clock.now());
    answer(0);
  }
  clock.advance(givenUpMs - clock.now() - 1);
  expect(clock.waiting).toBe(1);
  clock.advance(1);
  const s = Math.round(givenUpMs / 1000);
  expect(await reason).toBe(`the collector did not accept all data within ${s} s; the rest is lost`);
  expect(clock.waiting).toBe(0);
});

test('a refused export does not extend the wait', async () => {
  const { clock, reason, answer } = flushing();
  clock.advance(1600);
  answer(1);
  clock.advance(1400);
  expect(await reason).toMatch(/within 3 s/);
});

test('a pause of the process is no silence of the collector', async () => {
  let nowMs = 0;
  const due: (() => void)[] = [];
  const { until } = createProgress(() => {}, {
    now: () => nowMs,
    after(_ms, callback) {
      due.push(callback);
      return () => {};
    },
  });
  const ended = Promise.withResolvers<void>();
  const reason = until(ended.promise);
  nowMs = 60_000;
  due.shift()?.();
  ended.resolve();
  expect(await reason).toBeUndefined();
});
