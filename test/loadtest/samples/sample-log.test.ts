import { expect, test } from 'vitest';
import type { Sample } from '../../../src/loadtest/samples/sample.js';
import { createSampleLog } from '../../../src/loadtest/samples/sample-log.js';
import { samplesOf } from '../../../src/loadtest/samples/sample-rows.js';

const common = { turn: 1, intendedMs: 0.001, endMs: 2.5, attempts: 1, retriesMs: 0, replaced: 0 };
const full: Sample = {
  ...common,
  index: 1,
  outcome: 'complete',
  lagMs: 0.25,
  malformedEvents: 2,
  hops: { queue: 0, wait: 1.5, first_token: 0.125 },
  speed: { kind: 'measured', tokensPerSecond: 100, tpotMs: 10 },
  ttftMs: 1.25,
  e2eMs: 2,
  promptTokens: 7,
  cachedTokens: 0,
  gaps: { p50: 0.5, max: 1 },
  outputTokens: 20,
  tokensEstimated: true,
  cost: { usd: 0.25, asOf: '2026-09-23' },
};
const bare: Sample = {
  ...common,
  index: 2,
  outcome: 'complete',
  lagMs: 0,
  speed: { kind: 'withheld', reason: 'hidden' },
  outputTokens: 0,
  tokensEstimated: false,
};
const failed: Sample = {
  ...common,
  index: 3,
  outcome: 'failed',
  errorClass: 'Transient',
  message: 'HTTP 503',
};
const unsent: Sample = {
  ...failed,
  index: 4,
  errorClass: 'client:Permanent',
  message: '',
  lagMs: 1,
  hops: {},
};

/** Reads all members of a sample; absent ones are undefined. */
const membersOf = (sample: Sample): Record<string, unknown> => {
  const { index, turn, intendedMs, endMs, lagMs, attempts, retriesMs, replaced, malformedEvents, hops } =
    sample;
  const all = { index, turn, intendedMs, endMs, lagMs, attempts, retriesMs, replaced, malformedEvents, hops };
  if (sample.outcome === 'failed') {
    const { outcome, errorClass, message } = sample;
    return { ...all, outcome, errorClass, message };
  }
  const { outcome, speed, ttftMs, e2eMs, promptTokens, cachedTokens, gaps, cost } = sample;
  const { outputTokens, tokensEstimated } = sample;
  return {
    ...{ ...all, outcome, speed, ttftMs, e2eMs, promptTokens, cachedTokens, gaps, cost },
    ...{ outputTokens, tokensEstimated },
  };
};

test('samples are returned as they were added, with the same absent members', () => {
  const log = createSampleLog();
  const all = [full, bare, failed, unsent];
  for (const sample of all) log.add(sample);
  expect(log.from(0).map(membersOf)).toStrictEqual(all.map(membersOf));
});

test('only the later samples are returned, also across blocks', () => {
  const log = createSampleLog();
  const all = Array.from(
    { length: 5000 },
    (_, index) => ({ ...[full, bare, failed][index % 3], index }) as Sample,
  );
  for (const sample of all) log.add(sample);
  expect(log.length).toBe(5000);
  expect(log.from(2000).map(membersOf)).toStrictEqual(all.slice(2000).map(membersOf));
  expect(log.from(5000)).toEqual([]);
});

test('taken samples can be sent to another thread, and leave an empty log', () => {
  const log = createSampleLog();
  const all = Array.from({ length: 1500 }, (_, index) => ({ ...[full, failed][index % 2], index }) as Sample);
  for (const sample of all) log.add(sample);
  const rows = log.take();
  const transfer = rows.blocks.map(({ buffer }) => buffer);
  const arrived = structuredClone(rows, { transfer });
  expect(samplesOf(arrived).map(membersOf)).toStrictEqual(all.map(membersOf));
  expect(log.length).toBe(0);
  for (const sample of [failed, full]) log.add(sample);
  expect(log.from(0).map(membersOf)).toStrictEqual([failed, full].map(membersOf));
});
