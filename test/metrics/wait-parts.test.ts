import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReportedTime } from '../../src/metrics/provider-times.js';
import { createTimeline } from '../../src/metrics/timeline.js';
import { splitWait } from '../../src/metrics/wait-parts.js';

const time = (part: ReportedTime['part'], ms: number): ReportedTime => ({ part, ms, source: `a ${part}` });
const brief = (split: ReturnType<typeof splitWait>) =>
  split.parts.map(({ name, ms, basis, hop }) => [name, ms, basis, hop]);

test('the wait splits into a round trip, the queue, the prompt and an unexplained rest', () => {
  const split = splitWait({ wait: 100, first_token: 10 }, [time('queue', 50), time('prompt', 20)], 5);
  expect(brief(split)).toEqual([
    ['network', 5, 'measured', 'wait'],
    ['queue', 50, 'reported', 'wait'],
    ['prompt', 20, 'reported', 'wait'],
    ['unexplained', 25, 'inferred', 'wait'],
  ]);
  expect(split.contradictions).toEqual([]);
});

test('prompt processing after the headers reaches into the first_token hop', () => {
  expect(brief(splitWait({ wait: 10, first_token: 100 }, [time('prompt', 60)], 5))).toEqual([
    ['prompt', 10, 'reported', 'wait'],
    ['prompt', 50, 'reported', 'first_token'],
  ]);
});

test('the provider’s processing time includes the reported queue', () => {
  const split = splitWait({ wait: 100 }, [time('processing', 80), time('queue', 30)], 20);
  expect(brief(split)).toEqual([
    ['network', 20, 'measured', 'wait'],
    ['queue', 30, 'reported', 'wait'],
    ['processing', 50, 'reported', 'wait'],
  ]);
});

test('a provider may count from the first bytes of a request that is still being written', () => {
  const split = splitWait({ send: 12, wait: 100 }, [time('processing', 108)], 5);
  expect(brief(split)).toEqual([['processing', 100, 'reported', 'wait']]);
  expect(split.contradictions).toEqual([]);
});

test.each([
  [
    'a time longer than measured',
    [time('queue', 500)],
    undefined,
    /reports 500 ms of queue, longer than the measured 100 ms/,
  ],
  ['two sources that differ', [time('queue', 50), time('queue', 80)], undefined, /differ/],
  ['no room for a round trip', [time('processing', 98)], 40, /a round trip took 40 ms/],
] as const)('a contradiction names %s', (_name, times, handshake, message) => {
  const { contradictions } = splitWait({ wait: 100 }, times, handshake);
  expect(contradictions).toEqual([expect.stringMatching(message)]);
});

test('the wait has no parts without a report and a handshake', () => {
  expect(splitWait({ wait: 100 }, [], undefined)).toEqual({ parts: [], contradictions: [] });
});

test('the parts of a hop add up to the hop for any reported times', () => {
  const ms = fc.double({ min: 0, max: 1000, noNaN: true });
  const times = fc.array(
    fc.record({
      part: fc.constantFrom('queue', 'load', 'prompt', 'processing', 'generation'),
      ms,
      source: fc.constant('x'),
    }),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(ms, ms, times, fc.option(ms, { nil: undefined }), (wait, first, reported, handshake) => {
      const { parts } = splitWait({ wait, first_token: first }, reported as ReportedTime[], handshake);
      const sum = (hop: string): number =>
        parts.filter((part) => part.hop === hop).reduce((total, part) => total + part.ms, 0);
      expect(parts.every((part) => part.ms > 0)).toBe(true);
      if (parts.length > 0) expect(sum('wait')).toBeCloseTo(wait, 6);
      expect(sum('first_token')).toBeLessThanOrEqual(first + 1e-6);
    }),
  );
});

test('hops with all their parts plus the stream after them add up to E2E', () => {
  const timeline = createTimeline(0);
  const timings = {
    attempts: 2,
    attemptUs: 100_000,
    queuedUs: 101_000,
    dnsUs: 105_000,
    connectUs: 115_000,
    tlsUs: 130_000,
    sentUs: 131_000,
    firstByteUs: 400_000,
    handshakeUs: 10_000,
  };
  timeline.headers({ atMs: 402, timings, buffered: false, headers: { 'server-timing': 'queue;dur=150' } });
  timeline.reported({ usage: { prompt_time: 0.09 } });
  for (const at of [500, 600, 700])
    timeline.content({ kind: 'text', text: 'word', arrivedMs: at, decodedMs: at, readUs: (at - 2) * 1000 });
  const { hops, wait, ttftMs = 0, e2eMs = 0 } = timeline.snapshot(800);
  const split = new Set(wait?.parts.map(({ hop }) => hop));
  expect(wait?.parts.map(({ name }) => name)).toEqual(['network', 'queue', 'prompt', 'unexplained']);
  const whole = Object.entries(hops).filter(([name]) => !split.has(name as 'wait'));
  const sum = [...whole.map(([, ms]) => ms), ...(wait?.parts.map(({ ms }) => ms) ?? [])].reduce(
    (total, ms) => total + ms,
    0,
  );
  expect(Math.abs(sum + (e2eMs - ttftMs) - e2eMs)).toBeLessThan(0.01 * e2eMs);
});
