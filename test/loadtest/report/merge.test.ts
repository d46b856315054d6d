import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTally, type Tally } from '../../../src/loadtest/figures/tally.js';
import { type Merged, mergeReports } from '../../../src/loadtest/report/merge.js';
import { histogramsJson, reportJson, samplesJson } from '../../../src/loadtest/report/report-json.js';
import { createReportReader } from '../../../src/loadtest/report/report-reader.js';
import { requestsJson } from '../../../src/loadtest/report/requests-json.js';
import { readReport, type SavedReport } from '../../../src/loadtest/report/saved-report.js';
import type { Sample } from '../../../src/loadtest/samples/sample.js';

/** Any time, which a saved report has to the microsecond. */
const ms = fc.double({ min: 0.001, max: 9000, noNaN: true });
const sampleWith = (index: number): fc.Arbitrary<{ sample: Sample; gaps: number[] }> =>
  fc
    .record({
      intendedMs: ms,
      lagMs: ms,
      ttftMs: fc.option(ms, { nil: undefined }),
      e2eMs: ms,
      tpotMs: fc.option(ms, { nil: undefined }),
      tokens: fc.nat(500),
      failed: fc.boolean(),
      gaps: fc.array(ms, { maxLength: 5 }),
    })
    .map(({ intendedMs, lagMs, ttftMs, e2eMs, tpotMs, tokens, failed, gaps }) => {
      const common = {
        index,
        turn: 1,
        intendedMs,
        lagMs,
        endMs: intendedMs + lagMs + e2eMs,
        attempts: 1,
        retriesMs: 0,
        replaced: 0,
        hops: { wait: 5 },
      };
      const sample: Sample = failed
        ? {
            ...common,
            outcome: 'failed',
            errorClass: tokens % 2 === 0 ? 'Transient' : 'stalled',
            message: 'no',
          }
        : {
            ...common,
            outcome: 'complete',
            speed:
              tpotMs === undefined
                ? { kind: 'withheld', reason: 'burst' }
                : { kind: 'measured', tpotMs, tokensPerSecond: 1000 / tpotMs },
            outputTokens: tokens,
            promptTokens: 10,
            tokensEstimated: false,
            e2eMs,
            ...(ttftMs !== undefined && { ttftMs }),
          };
      return { sample, gaps };
    });
const samples = fc
  .integer({ min: 1, max: 40 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => sampleWith(index))));

const T0 = Date.parse('2027-01-31T12:00:00Z');

function saved(tally: Tally, over: { name?: string; load?: object; run?: object } = {}): SavedReport {
  const json = {
    load: { loop: 'open', text: '5 arrivals/s', shard: null, seed: 1, turns: null, ...over.load },
    runs: [
      {
        ...{ mode: 'a', model: 'm', url: 'http://x', started_at: new Date(T0).toISOString() },
        ...reportJson(tally.report(10_000)),
        ...{ unsent: 0, conversations: null, instrument: {}, slo: [], checks: [] },
        ...{ samples: samplesJson(tally), histograms: histogramsJson(tally), requests: requestsJson(tally) },
        ...over.run,
      },
    ],
  };
  const reader = createReportReader();
  reader.feed(JSON.stringify(json));
  const report = readReport(over.name ?? 'one.json', reader.end());
  if (typeof report === 'string') throw new Error(report);
  return report;
}
const merge = (...reports: [SavedReport, ...SavedReport[]]): Merged => {
  const merged = mergeReports(reports);
  if (typeof merged === 'string') throw new Error(merged);
  return merged;
};
const shard = (index: number, of: number) => ({ shard: { index, of } });

test('the merge of shards equals the report of the whole', () => {
  fc.assert(
    fc.property(samples, fc.integer({ min: 1, max: 4 }), (all, of) => {
      const whole = createTally('open');
      const parts = Array.from({ length: of }, () => createTally('open'));
      for (const { sample, gaps } of all.toSorted((one, other) => one.sample.endMs - other.sample.endMs)) {
        whole.add(sample, gaps);
        parts[sample.index % of]?.add(sample, gaps);
      }
      const [first, ...others] = parts.map((part, index) =>
        saved(part, { name: `${index}.json`, load: shard(index + 1, of) }),
      );
      if (first === undefined) throw new Error('no shard');
      const { runs, notes } = merge(first, ...others);
      expect(notes).toEqual([]);
      const [found, expected] = [runs[0]?.tally, whole].map(
        (tally) => tally && reportJson(tally.report(10_000)),
      );
      const withoutExamples = (report: unknown): unknown =>
        JSON.parse(JSON.stringify(report, (name, value) => (name === 'example' ? 0 : value)));
      expect(withoutExamples(found)).toEqual(withoutExamples(expected));
      expect(runs[0]?.tally.counts()).toEqual(whole.counts());
    }),
    { numRuns: 60 },
  );
});

const sent = (index: number, intendedMs: number, tookMs: number): Sample => ({
  ...{
    index,
    turn: 1,
    intendedMs,
    lagMs: 0,
    endMs: intendedMs + tookMs,
    attempts: 1,
    retriesMs: 0,
    replaced: 0,
  },
  ...{
    outcome: 'complete',
    speed: { kind: 'withheld', reason: 'burst' },
    outputTokens: 5,
    tokensEstimated: false,
    ttftMs: tookMs,
    e2eMs: tookMs,
  },
});
const tallyOf = (...all: Sample[]): Tally => {
  const tally = createTally('open');
  for (const one of all) tally.add(one);
  return tally;
};

describe('processes that ran at different times', () => {
  const later = { started_at: new Date(T0 + 400).toISOString() };

  test('keep their requests’ times, so that simultaneous requests are counted', () => {
    const one = tallyOf(sent(0, 0, 500), sent(2, 100, 500));
    const other = tallyOf(sent(1, 0, 100), sent(3, 300, 100));
    const { runs } = merge(
      saved(one, { load: shard(1, 2) }),
      saved(other, { load: shard(2, 2), run: later }),
    );
    expect(runs[0]).toMatchObject({
      startedAtMs: T0,
      durationMs: 10_400,
      startSpreadMs: 400,
      maxInFlight: 3,
    });
    expect(runs[0]?.tally.samples.map(({ index, endMs }) => [index, endMs])).toEqual([
      [0, 500],
      [1, 500],
      [2, 600],
      [3, 800],
    ]);
  });

  test('get a note when they began far apart', () => {
    const run = { started_at: new Date(T0 + 9000).toISOString() };
    const { notes } = merge(
      saved(tallyOf(sent(0, 0, 1)), { load: shard(1, 2) }),
      saved(tallyOf(sent(1, 0, 1)), { load: shard(2, 2), run }),
    );
    expect(notes).toEqual([
      'use --start-at, and a longer test: the tests of a began 9.0 s apart, and rates are over the whole 19.0 s',
    ]);
  });
});

describe('reports that don’t belong together', () => {
  const one = tallyOf(sent(0, 0, 1));
  test.each<[string, SavedReport[], RegExp]>([
    [
      'the same shard twice',
      [saved(one, { name: 'a', load: shard(1, 2) }), saved(one, { name: 'b', load: shard(1, 2) })],
      /a and b are both shard 1/,
    ],
    [
      'shards of different tests',
      [
        saved(one, { name: 'a', load: { ...shard(1, 2), seed: 1 } }),
        saved(one, { name: 'b', load: { ...shard(2, 2), seed: 5 } }),
      ],
      /a and b are of different tests: seed is 1 and 5/,
    ],
    [
      'shards of different counts',
      [saved(one, { load: shard(1, 2) }), saved(one, { name: 'b', load: shard(2, 3) })],
      /b is one of 3 shards, and others are of 2/,
    ],
    [
      'a shard and a whole test',
      [saved(one, { load: shard(1, 2) }), saved(one, { name: 'b' })],
      /b is not a shard/,
    ],
    [
      'a report and its copy',
      [saved(one), saved(one, { name: 'b' })],
      /give each report once: one\.json and b/,
    ],
    [
      'an open and a closed loop',
      [saved(one), saved(one, { load: { loop: 'closed' } })],
      /loop is "open" and "closed"/,
    ],
  ])('%s are refused', (_name, [first, ...others], pattern) => {
    if (first === undefined) throw new Error('none');
    expect(mergeReports([first, ...others])).toMatch(pattern);
  });

  test('the reports of a search are refused, and the error names the commands to run instead', () => {
    const search = saved(one, { name: 'found.json', load: { search: { type: 'find' } } });
    expect(mergeReports([search])).toMatch(
      /^run each load with "bench --rate N --shard i\/n" .* found\.json is of --find-rate/,
    );
  });

  test('the notes name missing shards and equal seeds', () => {
    expect(merge(saved(one, { load: shard(2, 4) }), saved(one, { load: shard(4, 4) })).notes).toEqual([
      'shards are missing: 1, 3 of 4',
    ]);
    const later = { run: { started_at: '2027-01-31T12:00:00.001Z' } };
    expect(merge(saved(one), saved(one, later)).notes).toEqual([expect.stringContaining('the same seed')]);
    expect(
      merge(
        saved(one, { load: { rate_per_s: 5 } }),
        saved(one, { ...later, load: { seed: 2, rate_per_s: 7 } }),
      ),
    ).toMatchObject({ notes: [], load: { rate_per_s: 12 } });
  });
});

test('two thousand requests are restored from their saved columns, although some of them lack a figure', () => {
  const all = Array.from({ length: 2000 }, (_, index): Sample => {
    const one = sent(index, index, 5 + (index % 7));
    return index % 3 === 0 && one.outcome === 'complete' ? { ...one, promptTokens: index } : one;
  });
  const expected = requestsJson(tallyOf(...all));
  const { runs } = merge(saved(tallyOf(...all)));
  expect(JSON.stringify(runs.map(({ tally }) => requestsJson(tally)))).toBe(JSON.stringify([expected]));
});

test('runs of the same endpoint are merged', () => {
  const { runs } = merge(
    saved(tallyOf(sent(0, 0, 1)), { load: shard(1, 2) }),
    saved(tallyOf(sent(1, 0, 1)), { load: shard(2, 2), run: { mode: 'b' } }),
  );
  expect(runs.map(({ mode, tally }) => [mode, tally.samples.length])).toEqual([
    ['a', 1],
    ['b', 1],
  ]);
});

test.each([null, 5, {}, { runs: [] }, { load: { loop: 'open' }, runs: [{}] }])(
  '%j is not a report',
  (value) => {
    expect(readReport('x.json', value)).toMatch(
      /^give a report of .*: x\.json is not one|^update vastar-tui to read x\.json|^create x\.json again/,
    );
  },
);
