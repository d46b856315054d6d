import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTimeline, estimateTokens } from '../../src/metrics/timeline.js';

/** Content chunks arriving at these milliseconds, decoded at once. */
const withChunksAt = (times: readonly number[], text = 'four') => {
  const timeline = createTimeline(1000);
  timeline.headers({ atMs: 1050, timings: { attempts: 1, firstByteUs: 40_000 }, buffered: false });
  for (const at of times) timeline.content({ text, arrivedMs: at, decodedMs: at });
  return timeline;
};

test('TTFT is the first content since send, E2E the last, and neither counts the end of the stream', () => {
  const timeline = withChunksAt([1300, 1400, 1500]);
  timeline.end(1900);
  const metrics = timeline.snapshot(5000);
  expect(metrics).toMatchObject({ phase: 'done', ttftMs: 300, e2eMs: 500, elapsedMs: 900, chunks: 3 });
});

test('TPOT divides the time after the first token by the tokens after it, with the counts of the provider', () => {
  const timeline = withChunksAt([1300, 1400, 1500]);
  timeline.usage({ promptTokens: 9, completionTokens: 11 });
  const metrics = timeline.snapshot(2000);
  expect(metrics.tpotMs).toBe(20);
  expect(metrics.tokensPerSecond).toBe(55);
  expect(metrics).toMatchObject({ outputTokens: 11, promptTokens: 9, tokensEstimated: false });
});

test('tokens are an estimate, and say so, until the provider counted them', () => {
  expect(withChunksAt([1300, 1400, 1500]).snapshot(2000)).toMatchObject({
    outputTokens: 3,
    tokensEstimated: true,
  });
});

test.each([
  ['two chunks', [1300, 1400]],
  ['one burst', [1300, 1300, 1300, 1300]],
])('no rate is told from %s', (_name, times) => {
  const metrics = withChunksAt(times).snapshot(2000);
  expect(metrics.tokensPerSecond).toBeUndefined();
  expect(metrics.tpotMs).toBeUndefined();
});

test('a buffered exchange has an E2E and invents no TTFT, rate, gap or hop', () => {
  const timeline = createTimeline(0);
  timeline.headers({ atMs: 1008, timings: { attempts: 0 }, buffered: true });
  for (let index = 0; index < 10; index += 1)
    timeline.content({ text: 'x', arrivedMs: 1008, decodedMs: 1009 });
  timeline.end(1010);
  const metrics = timeline.snapshot(1010);
  expect(metrics).toMatchObject({ e2eMs: 1008, buffered: true, hops: {} });
  for (const name of ['ttftMs', 'ttfbMs', 'tpotMs', 'tokensPerSecond', 'gaps'] as const) {
    expect(metrics[name]).toBeUndefined();
  }
});

test('the phase follows the exchange: waiting, prefill, streaming, stalled, done', () => {
  const timeline = createTimeline(0);
  expect(timeline.snapshot(10).phase).toBe('waiting');
  timeline.headers({ atMs: 20, timings: { attempts: 1 }, buffered: false });
  expect(timeline.snapshot(30).phase).toBe('prefill');
  timeline.content({ text: 'a', arrivedMs: 40, decodedMs: 40 });
  expect(timeline.snapshot(1000).phase).toBe('streaming');
  expect(timeline.snapshot(1100)).toMatchObject({ phase: 'stalled', stalledMs: 1060 });
  timeline.end(1200);
  expect(timeline.snapshot(9000).phase).toBe('done');
});

test('a stall is measured against the usual gap: ten times the median when that is over a second', () => {
  const timeline = withChunksAt([2000, 2200, 2400, 2600]);
  expect(timeline.snapshot(2600 + 1900).phase).toBe('streaming');
  expect(timeline.snapshot(2600 + 2100).phase).toBe('stalled');
});

test('the hops add up to the time from send to the painted first token', () => {
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
  timeline.content({ text: 'a', arrivedMs: 130.6, decodedMs: 131, readUs: 130_000 });
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

test('a frame is as late as the oldest content in it; the paint leg stays the first token’s', () => {
  const timeline = createTimeline(0);
  timeline.headers({ atMs: 5, timings: { attempts: 1, firstByteUs: 4000 }, buffered: false });
  const content = (atMs: number): void =>
    timeline.content({ text: 'a', arrivedMs: atMs, decodedMs: atMs, readUs: atMs * 1000 });
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

test('a pooled connection has no dns, connect or tls leg', () => {
  const timeline = createTimeline(0);
  timeline.headers({
    atMs: 10,
    timings: { attempts: 1, queuedUs: 100, sentUs: 300, firstByteUs: 9000 },
    buffered: false,
  });
  const { hops } = timeline.snapshot(10);
  expect(Object.keys(hops)).toEqual(['queue', 'send', 'wait']);
});

test('gap percentiles come from every gap and never exceed the longest', () => {
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

test('an estimate counts four ASCII characters, or one other character, as a token', () => {
  expect(estimateTokens('hello world!')).toBe(3);
  expect(estimateTokens('世界')).toBe(2);
  expect(estimateTokens('👋')).toBe(1);
});
