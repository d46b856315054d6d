import fc from 'fast-check';
import { expect, test } from 'vitest';
import { estimateTokens } from '../../src/metrics/delivered.js';
import { HOPS } from '../../src/metrics/hops.js';
import { createTimeline } from '../../src/metrics/timeline.js';

/** A timeline with chunks of content that arrive at these milliseconds and are decoded immediately. */
const withChunksAt = (times: readonly number[], text = 'four') => {
  const timeline = createTimeline(1000);
  timeline.headers({ atMs: 1050, timings: { attempts: 1, firstByteUs: 40_000 }, buffered: false });
  for (const at of times) timeline.content({ kind: 'text', text, arrivedMs: at, decodedMs: at });
  return timeline;
};

test('TTFT ends at the first content and E2E at the last, not at the end of the stream', () => {
  const timeline = withChunksAt([1300, 1400, 1500]);
  timeline.end(1900);
  const metrics = timeline.snapshot(5000);
  expect(metrics).toMatchObject({ phase: 'done', ttftMs: 300, e2eMs: 500, elapsedMs: 900, chunks: 3 });
});

test('the speed counts the tokens after the first arrival by the provider’s usage', () => {
  const timeline = withChunksAt([1300, 1400, 1500]);
  timeline.usage({ promptTokens: 9, completionTokens: 11, totalTokens: 20 });
  const metrics = timeline.snapshot(2000);
  // Each arrival has a third of the text, so 22/3 of the 11 tokens came after the first arrival.
  expect(metrics.speed).toMatchObject({ kind: 'measured', tokensPerSecond: expect.closeTo(36.667, 2) });
  expect(metrics).toMatchObject({ outputTokens: 11, promptTokens: 9, tokensEstimated: false });
});

test('tokens are marked as an estimate until the provider sends its count', () => {
  expect(withChunksAt([1300, 1400, 1500]).snapshot(2000)).toMatchObject({
    outputTokens: 3,
    tokensEstimated: true,
  });
});

test.each([
  ['two arrivals', [1300, 1400], 'too_few_arrivals'],
  ['one read with many chunks', [1300, 1300, 1300, 1300], 'too_few_arrivals'],
  ['less than 50 ms', [1300, 1310, 1320, 1349], 'burst'],
  ['one arrival with most of the rest', [1300, 1400, 1500, 1500, 1500], 'burst'],
])('the speed is withheld for %s', (_name, times, reason) => {
  const { speed } = withChunksAt(times).snapshot(2000);
  expect(speed).toEqual({ kind: 'withheld', reason });
});

test('the pieces of one read by the daemon are one arrival, whenever they reach the client', () => {
  const timeline = createTimeline(0);
  const content = (arrivedMs: number, readUs: number): void =>
    timeline.content({ kind: 'text', text: 'four', arrivedMs, decodedMs: arrivedMs, readUs });
  for (const [arrivedMs, readUs] of [
    [10, 5000],
    [12, 5000],
    [90, 60_000],
    [91, 115_000],
  ] as const)
    content(arrivedMs, readUs);
  const { arrivals, chunks, gaps, speed, e2eMs } = timeline.snapshot(200);
  expect({ arrivals, chunks, e2eMs }).toEqual({ arrivals: 3, chunks: 4, e2eMs: 91 });
  // Gaps are on the daemon's clock, although the client received the last two pieces together.
  expect(gaps?.max).toBe(55);
  expect(speed).toMatchObject({ kind: 'measured', tpotMs: 55 });
});

test.each(['text', 'reasoning', 'refusal', 'tool_call'] as const)(
  'a piece of %s counts as output',
  (kind) => {
    const timeline = createTimeline(0);
    for (const at of [100, 200, 300]) timeline.content({ kind, text: 'four', arrivedMs: at, decodedMs: at });
    expect(timeline.snapshot(400)).toMatchObject({
      ttftMs: 100,
      e2eMs: 300,
      chunks: 3,
      gaps: { max: 100 },
      speed: { kind: 'measured', tokensPerSecond: 10 },
    });
  },
);

test('the time before the first output is thinking when the provider counts reasoning that never arrived', () => {
  const timeline = createTimeline(0);
  timeline.headers({ atMs: 11, timings: { attempts: 1, firstByteUs: 10_000 }, buffered: false });
  for (const at of [1010, 1060, 1110])
    timeline.content({ kind: 'text', text: 'four', arrivedMs: at, decodedMs: at, readUs: (at - 1) * 1000 });
  expect(timeline.snapshot(2000).hops).toHaveProperty('first_token');
  timeline.usage({ promptTokens: 5, completionTokens: 1003, totalTokens: 1008, reasoningTokens: 1000 });
  const { hops, outputTokens } = timeline.snapshot(2000);
  expect(outputTokens).toBe(3);
  expect(hops.thinking).toBe(999);
  expect(hops).not.toHaveProperty('first_token');
});

test('earlier attempts and redirects are separate hops and do not count as queue', () => {
  const timeline = createTimeline(0);
  timeline.headers({
    atMs: 620,
    timings: {
      attempts: 2,
      attemptUs: 500_000,
      redirectedUs: 540_000,
      queuedUs: 541_000,
      sentUs: 542_000,
      firstByteUs: 619_000,
    },
    buffered: false,
  });
  expect(timeline.snapshot(700).hops).toEqual({ retries: 500, redirects: 40, queue: 1, send: 1, wait: 77 });
});

test('hops add up to TTFT plus decoding for any timings', () => {
  const point = fc.integer({ min: 0, max: 1_000_000 });
  fc.assert(
    fc.property(fc.array(point, { minLength: 9, maxLength: 9 }), fc.boolean(), (points, thinks) => {
      const sorted = points.toSorted((one, other) => one - other);
      const at = (index: number): number => sorted[index] ?? 0;
      const [firstByteUs, readUs] = [at(7), at(8)];
      const timeline = createTimeline(0);
      const timings = {
        attempts: 2,
        attemptUs: at(0),
        redirectedUs: at(1),
        queuedUs: at(2),
        dnsUs: at(3),
        connectUs: at(4),
        tlsUs: at(5),
        sentUs: at(6),
        firstByteUs,
      };
      timeline.headers({ atMs: firstByteUs / 1000 + 2, timings, buffered: false });
      const arrivedMs = readUs / 1000 + 2;
      timeline.content({ kind: 'text', text: 'a', arrivedMs, decodedMs: arrivedMs + 1, readUs });
      if (thinks)
        timeline.usage({ promptTokens: 1, completionTokens: 9, totalTokens: 10, reasoningTokens: 8 });
      const { hops, ttftMs } = timeline.snapshot(5000);
      const total = HOPS.reduce((sum, { name }) => sum + (hops[name] ?? 0), 0);
      expect(total).toBeCloseTo((ttftMs ?? 0) + 1, 6);
    }),
  );
});

test('a buffered exchange has an E2E but no TTFT, rate, gap or hop', () => {
  const timeline = createTimeline(0);
  timeline.headers({ atMs: 1008, timings: { attempts: 0 }, buffered: true });
  for (let index = 0; index < 10; index += 1)
    timeline.content({ kind: 'text', text: 'x', arrivedMs: 1008, decodedMs: 1009 });
  timeline.end(1010);
  const metrics = timeline.snapshot(1010);
  expect(metrics.speed.kind).toBe('withheld');
  expect(metrics).toMatchObject({ e2eMs: 1008, buffered: true, hops: {} });
  for (const name of ['ttftMs', 'ttfbMs', 'gaps'] as const) {
    expect(metrics[name]).toBeUndefined();
  }
});

test('the phase goes from waiting to prefill, streaming, stalled and done', () => {
  const timeline = createTimeline(0);
  expect(timeline.snapshot(10).phase).toBe('waiting');
  timeline.headers({ atMs: 20, timings: { attempts: 1 }, buffered: false });
  expect(timeline.snapshot(30).phase).toBe('prefill');
  timeline.content({ kind: 'text', text: 'a', arrivedMs: 40, decodedMs: 40 });
  expect(timeline.snapshot(1000).phase).toBe('streaming');
  expect(timeline.snapshot(1100)).toMatchObject({ phase: 'stalled', stalledMs: 1060 });
  timeline.end(1200);
  expect(timeline.snapshot(9000).phase).toBe('done');
});

test('a stall is a gap over ten times the median when that exceeds a second', () => {
  const timeline = withChunksAt([2000, 2200, 2400, 2600]);
  expect(timeline.snapshot(2600 + 1900).phase).toBe('streaming');
  expect(timeline.snapshot(2600 + 2100).phase).toBe('stalled');
});

test('the hops add up to the time from send to the first painted token', () => {
  const timeline = createTimeline(0);
  timeline.headers({
    atMs: 101,
    timings: {
      attempts: 1,
      queuedUs: 500,
      dnsUs: 2500,
      connectUs: 5500,
      tlsUs: 15_500,
      sentUs: 16_000,
      firstByteUs: 100_000,
    },
    buffered: false,
  });
  timeline.content({ kind: 'text', text: 'a', arrivedMs: 130.6, decodedMs: 131, readUs: 130_000 });
  timeline.painted(140);
  const { hops } = timeline.snapshot(140);
  expect(hops).toMatchObject({
    queue: 0.5,
    dns: 2,
    connect: 3,
    tls: 10,
    send: 0.5,
    wait: 84,
    first_token: 30,
  });
  const total = Object.values(hops).reduce((sum, ms) => sum + ms, 0);
  expect(total).toBeCloseTo(140, 6);
});

test('a frame’s delay counts from its oldest content, while the paint hop covers only the first token', () => {
  const timeline = createTimeline(0);
  timeline.headers({ atMs: 5, timings: { attempts: 1, firstByteUs: 4000 }, buffered: false });
  const content = (atMs: number): void =>
    timeline.content({ kind: 'text', text: 'a', arrivedMs: atMs, decodedMs: atMs, readUs: atMs * 1000 });
  expect(timeline.snapshot(9).paints).toBeUndefined();
  content(10);
  timeline.painted(14);
  for (const atMs of [20, 30, 40]) content(atMs);
  timeline.painted(60);
  timeline.painted(90);
  const { paints, hops } = timeline.snapshot(90);
  expect(paints?.p50).toBeCloseTo(4, 0);
  expect(paints?.p99).toBeCloseTo(40, 0);
  expect(hops.paint).toBe(4);
});

test('a pooled connection has no dns, connect or tls hop', () => {
  const timeline = createTimeline(0);
  timeline.headers({
    atMs: 10,
    timings: { attempts: 1, queuedUs: 100, sentUs: 300, firstByteUs: 9000 },
    buffered: false,
  });
  const { hops } = timeline.snapshot(10);
  expect(Object.keys(hops)).toEqual(['queue', 'send', 'wait']);
});

test('gap percentiles use every gap and never exceed the longest', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 200 }), (steps) => {
      let at = 1000;
      const metrics = withChunksAt([at, ...steps.map((step) => (at += step))]).snapshot(at);
      const { gaps } = metrics;
      expect(gaps).toBeDefined();
      if (gaps === undefined) return;
      const longest = Math.max(...steps);
      expect(gaps.max).toBeGreaterThanOrEqual(longest * 0.999);
      expect(gaps.max).toBeLessThanOrEqual(longest * 1.001);
      expect(gaps.p50).toBeLessThanOrEqual(gaps.p95);
      expect(gaps.p99).toBeLessThanOrEqual(gaps.max * 1.001);
    }),
  );
});

test('an estimate counts four ASCII characters or one other character as a token', () => {
  expect(estimateTokens('hello world!')).toBe(3);
  expect(estimateTokens('世界')).toBe(2);
  expect(estimateTokens('👋')).toBe(1);
});
