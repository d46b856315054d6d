import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom, normal } from '../../src/common/random.js';
import { hopStacks } from '../../src/page/bench/hop-shares.js';
import { type Requests, readReport } from '../../src/page/bench/report.js';
import { parseSearch } from '../../src/page/bench/search.js';
import {
  bucketsOf,
  bucketWidth,
  errorSeries,
  loadSeries,
  percentileSeries,
  quantile,
  tokenSeries,
} from '../../src/page/bench/series.js';
import { withoutZeros } from '../../src/page/common/dom.js';
import { madeReport } from '../support/texts/made-report.js';

interface Row {
  sent: number;
  end: number;
  ttft?: number;
  e2e?: number;
  tokens?: number;
  error?: string;
  hops?: Record<string, number>;
}

function requestsOf(rows: readonly Row[], loop: 'open' | 'closed' = 'closed'): Requests {
  const classes = [...new Set(rows.flatMap(({ error }) => error ?? []))];
  const names = [...new Set(rows.flatMap(({ hops = {} }) => Object.keys(hops)))];
  const json = {
    index: rows.map((_, index) => index),
    turn: rows.map(() => 1),
    error: rows.map(({ error }) => (error === undefined ? null : classes.indexOf(error))),
    error_classes: classes,
    intended_ms: rows.map(({ sent }) => sent),
    lag_ms: rows.map(() => 0),
    end_ms: rows.map(({ end }) => end),
    ttft_ms: rows.map(({ ttft }) => ttft ?? null),
    e2e_ms: rows.map(({ e2e }) => e2e ?? null),
    output_tokens: rows.map(({ tokens }) => tokens ?? null),
    hops_ms: Object.fromEntries(names.map((name) => [name, rows.map(({ hops = {} }) => hops[name] ?? null)])),
  };
  const [run] = readReport({ load: { loop }, runs: [{ mode: 'a', duration_ms: 1000, requests: json }] }).runs;
  if (run === undefined) throw new Error('no run');
  return run.requests;
}
const rowsOf = (requests: Requests, text: string): number[] => {
  const matches = parseSearch(text, requests);
  if (typeof matches !== 'function') throw new Error(matches.join());
  return Array.from({ length: requests.count }, (_, row) => row).filter(matches);
};

test('buckets have a round width and enough requests each', () => {
  expect(bucketWidth(60_000, 100_000)).toBe(500);
  expect(bucketWidth(6000, 50)).toBe(500);
  expect(bucketWidth(0, 0)).toBe(10);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e7 }), fc.integer({ min: 1, max: 1e6 }), (durationMs, count) => {
      expect(Math.ceil(durationMs / bucketWidth(durationMs, count))).toBeLessThanOrEqual(151);
    }),
  );
});

const row = fc
  .record({ sent: fc.nat(900), took: fc.nat(400), tokens: fc.nat(50), failed: fc.boolean() })
  .map(
    ({ sent, took, tokens, failed }): Row =>
      failed
        ? { sent, end: sent + took, error: 'x' }
        : { sent, end: sent + took, ttft: took / 2, e2e: took, tokens },
  );

test('series over time count every request and token, and the largest number of simultaneous requests', () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (rows) => {
      const requests = requestsOf(rows);
      const buckets = bucketsOf(requests, 1000);
      const sum = (values: readonly (number | null)[]): number =>
        values.reduce<number>((all, one) => all + (one ?? 0), 0);
      const perSecond = buckets.widthMs / 1000;
      const [inFlight, arrivals, complete] = loadSeries(requests, buckets).lines;
      expect(sum(arrivals?.values ?? []) * perSecond).toBeCloseTo(rows.length, 6);
      expect(sum(complete?.values ?? []) * perSecond).toBeCloseTo(
        rows.filter(({ error }) => error === undefined).length,
        6,
      );
      // At the start of each request, count the requests that have begun and not yet ended.
      const most = Math.max(
        ...rows.map(({ sent: at }) => rows.filter((one) => one.sent <= at && one.end > at).length),
      );
      expect(Math.max(...(inFlight?.values ?? []).map((value) => value ?? 0))).toBeGreaterThanOrEqual(most);
      const [tokens] = tokenSeries(requests, buckets, false).lines;
      expect(sum(tokens?.values ?? []) * perSecond).toBeCloseTo(sum(rows.map(({ tokens = 0 }) => tokens)), 6);
      const failures = errorSeries(requests, buckets).lines;
      expect(sum(failures.flatMap(({ values }) => values))).toBe(
        rows.filter(({ error }) => error !== undefined).length,
      );
    }),
  );
});

test('percentiles over time use the requests of each bucket', () => {
  const requests = requestsOf([
    { sent: 10, end: 20, ttft: 5 },
    { sent: 20, end: 30, ttft: 7 },
    { sent: 930, end: 940, ttft: 9 },
  ]);
  const buckets = {
    ...bucketsOf(requests, 1000),
    widthMs: 500,
    count: 2,
    of: (atMs: number) => Math.floor(atMs / 500),
  };
  const { lines } = percentileSeries(requests.sentMs, requests.ttftMs, buckets);
  expect(lines.map(({ label, values }) => [label, values])).toEqual([
    ['p50', [5, 9]],
    ['p95', [7, 9]],
    ['max', [7, 9]],
  ]);
  expect(quantile([], 0.5)).toBeNull();
});

describe('the hops at the percentiles of TTFT', () => {
  test('add up to the TTFT of the requests near the percentile', () => {
    const rows = Array.from({ length: 400 }, (_, index): Row => {
      const hops = { queue: index / 4, wait: index / 2, first_token: index / 4 };
      return { sent: 0, end: index, ttft: index, hops };
    });
    for (const { percent, ttftMs, hops } of hopStacks(requestsOf(rows))) {
      expect(ttftMs).toBe(4 * percent - 1);
      expect(hops.reduce((sum, { ms }) => sum + ms, 0)).toBeCloseTo(ttftMs, 6);
    }
  });

  test('begin with the delay of the send only in an open loop', () => {
    const rows: Row[] = [{ sent: 0, end: 9, ttft: 9, hops: { wait: 9 } }];
    expect(hopStacks(requestsOf(rows, 'open'))[0]?.hops.map(({ name }) => name)).toEqual([
      'sent late',
      'wait',
    ]);
    expect(hopStacks(requestsOf(rows))[0]?.hops.map(({ name }) => name)).toEqual(['wait']);
  });

  test('are empty without a first token', () => {
    expect(hopStacks(requestsOf([{ sent: 0, end: 1, error: 'x' }]))).toEqual([]);
  });
});

describe('a search', () => {
  const requests = requestsOf([
    { sent: 0, end: 900, ttft: 200, e2e: 900, tokens: 5, hops: { wait: 150 } },
    { sent: 5, end: 2500, ttft: 600, e2e: 2500, tokens: 50, hops: { wait: 500 } },
    { sent: 9, end: 10, error: 'RateLimited' },
  ]);

  test.each([
    ['', [0, 1, 2]],
    ['ttft>500', [1]],
    ['e2e<1s', [0]],
    ['e2e<=2.5s tokens>=5', [0, 1]],
    ['wait=150', [0]],
    ['failed', [2]],
    ['complete ttft<500ms', [0]],
    ['rate', [2]],
    ['#1', [1]],
    ['nothing', []],
  ])('for %j finds %j', (text, expected) => {
    expect(rowsOf(requests, text)).toEqual(expected);
  });

  test('names invalid words', () => {
    expect(parseSearch('ttft>500 speed>3 ttft>', requests)).toEqual(['speed>3', 'ttft>']);
  });
});

test('a generated report is read with all its requests', () => {
  const random = createRandom(1);
  const report = readReport(JSON.parse(JSON.stringify(madeReport(200, random, () => normal(random)))));
  expect(report.runs[0]?.requests.count).toBe(200);
  expect(report.runs[0]?.histograms.itl_ms?.total).toBeGreaterThan(1000);
});

test.each([null, {}, { runs: [{}] }, { runs: 5 }])('%j is read as an empty report', (value) => {
  expect(readReport(value).runs.flatMap(({ requests }) => requests.index)).toEqual([]);
});

test('without a daemon, the hops around a request are the time of the load test itself', () => {
  const hopsOf = (through: string) =>
    readReport({
      load: { through },
      runs: [{ mode: 'm', requests: { index: [0], hops_ms: { client_to_daemon: [1], wait: [9] } } }],
    }).runs[0]?.requests.hops.map(({ label, place }) => `${label}, ${place}`);
  expect(hopsOf('direct')).toEqual(['before the send, this program', 'to 1st byte, the provider']);
  expect(hopsOf('daemon')).toEqual(['to daemon, the daemon', 'to 1st byte, the provider']);
});

test.each([
  ['50.0 ms', '50 ms'],
  ['0.50', '0.5'],
  ['100 ms', '100 ms'],
  ['1,000.0', '1,000'],
  ['10.05 s', '10.05 s'],
])('a tick for %s is %s', (text, short) => {
  expect(withoutZeros(text)).toBe(short);
});
