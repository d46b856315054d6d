import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate, parseCheck } from '../../../src/loadtest/conditions/check.js';
import { meets } from '../../../src/loadtest/conditions/request-limits.js';
import { parseSlo } from '../../../src/loadtest/conditions/slo.js';
import { type Counts, createDistribution } from '../../../src/loadtest/figures/distribution.js';
import { createTally, type Tally } from '../../../src/loadtest/figures/tally.js';
import { turnFigures } from '../../../src/loadtest/figures/turns.js';
import { bucketsOf, histogramText } from '../../../src/loadtest/report/histogram.js';
import { reportJson } from '../../../src/loadtest/report/report-json.js';
import { requestsCsv } from '../../../src/loadtest/report/requests-csv.js';
import { latencyTable, runText, turnsTable } from '../../../src/loadtest/report/table.js';
import type { Sample } from '../../../src/loadtest/samples/sample.js';
import { percentile } from '../../../src/metrics/percentile.js';
import type { Withheld } from '../../../src/metrics/speed.js';

const durations = fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 });

test('a distribution has minimum, mean and maximum to the microsecond, and percentiles within a fifth of a percent', () => {
  fc.assert(
    fc.property(durations, (values) => {
      const distribution = createDistribution();
      for (const value of values) distribution.record(value);
      const summary = distribution.summary();
      const sorted = values.toSorted((one, other) => one - other);
      expect(summary?.count).toBe(values.length);
      const us = values.map((value) => Math.round(value * 1000));
      expect(summary?.min).toBe(Math.min(...us) / 1000);
      expect(summary?.max).toBe(Math.max(...us) / 1000);
      expect(summary?.mean).toBe(us.reduce((sum, value) => sum + value, 0) / us.length / 1000);
      for (const share of [50, 75, 90, 95, 99, 99.9] as const) {
        const exact = percentile(sorted, share) ?? 0;
        const measured = summary?.[`p${share}`] ?? 0;
        expect(Math.abs(measured - exact)).toBeLessThanOrEqual(exact * 0.002 + 0.0011);
      }
    }),
  );
  expect(createDistribution().summary()).toBeUndefined();
});

test('buckets of equal width count every value once, in order', () => {
  fc.assert(
    fc.property(durations, fc.integer({ min: 1, max: 30 }), (values, most) => {
      const buckets = bucketsOf(values, most);
      expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
      expect(buckets.length).toBeLessThanOrEqual(most + 2);
      expect(buckets[0]?.count).toBeGreaterThan(0);
      expect(buckets.at(-1)?.count).toBeGreaterThan(0);
    }),
  );
});

test('a histogram has bars in eighths of a cell', () => {
  expect(histogramText(bucketsOf([10, 10, 11, 20, 39], 4), 4)).toBe(
    ['  10 - 20 ms  3  ████', '  20 - 30 ms  1  █▍', '  30 - 40 ms  1  █▍', ''].join('\n'),
  );
});

test('a few values far above the others share the last bar, so that the others have several', () => {
  const values = [...Array.from({ length: 100 }, (_, index) => 300 + index), 24_000, 26_000];
  const buckets = bucketsOf(values, 4);
  expect(histogramText(buckets, 4)).toBe(
    ['  300 - 350 ms  50  ████', '  350 - 400 ms  50  ████', '   from 400 ms   2  ▏', ''].join('\n'),
  );
});

const sent = (index: number, over: object = {}): Sample => ({
  index,
  turn: 1,
  intendedMs: index * 100,
  endMs: index * 100 + 500,
  attempts: 1,
  retriesMs: 0,
  replaced: 0,
  outcome: 'complete',
  lagMs: 1,
  ttftMs: 200,
  e2eMs: 400,
  speed: { kind: 'measured', tpotMs: 20, tokensPerSecond: 50 },
  outputTokens: 11,
  tokensEstimated: false,
  ...over,
});
const failed = (index: number, errorClass: string): Sample => ({
  index,
  turn: 1,
  intendedMs: 0,
  endMs: 1,
  attempts: 2,
  retriesMs: 30,
  replaced: 1,
  outcome: 'failed',
  errorClass,
  message: `no, "${index}"`,
});

function tallyOf(loop: 'open' | 'closed', samples: readonly Sample[], slo?: string): Tally {
  const tally = createTally(loop, slo === undefined ? [] : parseSlo(slo)?.limits);
  for (const sample of samples) tally.add(sample);
  return tally;
}

test('the report uses the TPOT of each answer', () => {
  expect(tallyOf('closed', [sent(0)]).report(1000).latency.tpot?.mean).toBe(20);
});

test('an open loop counts TTFT and E2E from the intended send time, a closed loop from the send', () => {
  const late = [sent(0, { lagMs: 50 })];
  expect(tallyOf('open', late).report(1000).latency).toMatchObject({
    ttft: { mean: 250 },
    tpot: { mean: 20 },
    e2e: { mean: 450 },
  });
  expect(tallyOf('closed', late).report(1000).latency).toMatchObject({
    ttft: { mean: 200 },
    e2e: { mean: 400 },
  });
  expect(tallyOf('closed', late).report(1000).lag?.max).toBe(50);
});

test('rates count complete answers over the whole time, and goodput only those within every limit', () => {
  const samples = [sent(0), sent(1), sent(2, { ttftMs: 300 }), failed(3, 'Transient')];
  expect(tallyOf('closed', samples, 'ttft=250,tpot=20').report(2000)).toMatchObject({
    completed: 3,
    failed: 1,
    requestsPerSecond: 1.5,
    outputTokensPerSecond: 16.5,
    goodput: { perSecond: 1, share: 0.5 },
  });
});

test('errors are grouped by class with an example, the most frequent first', () => {
  const { errors } = tallyOf('closed', [
    failed(0, 'stalled'),
    failed(1, 'Transient'),
    failed(2, 'Transient'),
  ]).report(1);
  expect(errors).toEqual([
    { errorClass: 'Transient', count: 2, example: 'no, "1"' },
    { errorClass: 'stalled', count: 1, example: 'no, "0"' },
  ]);
});

test.each([
  ['ttft=500,tpot=50', ['ttft <= 500', 'tpot <= 50'], []],
  ['ttft:500, tpot:50', ['ttft <= 500', 'tpot <= 50'], []],
  [' e2e = 1.5 ', ['e2e <= 1.5'], []],
  ['ttft<0.5s, e2e <= 1min,tpot>=250us', ['ttft < 500', 'e2e <= 60000', 'tpot >= 0.25'], []],
  ['ttft.p99.9<2s,tpot<50,errors<1%', ['tpot < 50'], ['ttft.p99.9<2s', 'errors<1%']],
  ['itl.p75<=40,requests_per_s>=5', [], ['itl.p75<=40', 'requests_per_s>=5']],
  ['ttft>1,ttft<5', ['ttft > 1', 'ttft < 5'], []],
])('the SLO %j limits each answer by %j and the run by %j', (text, limits, checks) => {
  const slo = parseSlo(text);
  expect(slo?.limits.map(({ name, operator, ms }) => `${name} ${operator} ${ms}`)).toEqual(limits);
  expect(slo?.checks.map((check) => check.text)).toEqual(checks);
});

test.each(['ttft', '', 'speed=3', 'ttft=-1', 'ttft=1,ttft=2', 'ttft<5%', 'ttft.p95=5', 'itl<5', 'ttft<1,'])(
  'the SLO %j is refused',
  (text) => {
    expect(parseSlo(text)).toBeUndefined();
  },
);

const withheld = (index: number, reason: Withheld): Sample =>
  sent(index, { speed: { kind: 'withheld', reason } });

test('a withheld TPOT is counted by its reason, meets no limit and passes no check', () => {
  const samples = [withheld(0, 'burst'), withheld(1, 'burst'), withheld(2, 'hidden')];
  const tally = tallyOf('closed', samples, 'tpot=1000');
  const report = tally.report(1000);
  expect(report.latency.tpot).toBeUndefined();
  expect(report.withheld).toEqual({ burst: 2, hidden: 1 });
  expect(report.goodput?.share).toBe(0);
  const check = parseCheck('tpot.max<1000');
  expect(check && evaluate(check, report).passed).toBe(false);
  expect(runText({ mode: 'a', report }, 'closed')).toContain('TPOT of 3 answers: 2 burst, 1 hidden');
  expect(reportJson(report)).toMatchObject({ tpot_ms: null, tpot_withheld: { burst: 2, hidden: 1 } });
  expect([...requestsCsv([{ mode: 'a', tally }])][3]?.trimEnd()).toMatch(/,,400,11,hidden,1,0,0,1,,,0$/);
});

test('gaps of a failed answer do not count', () => {
  const tally = createTally('closed');
  tally.add(sent(0), [10, 20]);
  tally.add(failed(1, 'truncated'), [5000]);
  expect(tally.report(1000).latency.itl).toMatchObject({ count: 2, max: 20 });
});

test('an unknown figure meets no limit', () => {
  const limits = (text: string) => parseSlo(text)?.limits ?? [];
  expect(meets(limits('ttft=500'), { e2e: 10 })).toBe(false);
  expect(meets(limits('tpot=50'), { e2e: 10 })).toBe(false);
  expect(meets(limits('tpot=50'), { ttft: 10, e2e: 10 })).toBe(false);
});

test.each([
  ['ttft.p95<500ms', true, 200.063],
  ['ttft.p95 < 0.1s', false, 200.063],
  ['e2e.max<=400', true, 400],
  ['e2e.max==400', true, 400],
  ['e2e.min!=0.4s', false, 400],
  ['ttft.p75<=1min', true, 200.063],
  ['ttft.p99.9>=200000us', true, 200.063],
  ['errors==1', true, 1],
  ['errors!=1', false, 1],
  ['lag.mean<1', false, 1],
  ['errors<=25%', true, 25],
  ['errors<1', false, 1],
  ['goodput>=75%', true, 75],
  ['goodput>1.4', true, 1.5],
  ['requests_per_s>=1.5', true, 1.5],
  ['tokens_per_s>17', false, 16.5],
])('the check %j evaluates to %s with the value %d', (text, passed, value) => {
  const report = tallyOf('closed', [sent(0), sent(1), sent(2), failed(3, 'x')], 'ttft=250').report(2000);
  const check = parseCheck(text);
  if (check === undefined) throw new Error('not read');
  const result = evaluate(check, report);
  expect(result.passed).toBe(passed);
  expect(result.value).toBeCloseTo(value, 0);
});

test('a check of an unmeasured figure fails', () => {
  const report = tallyOf('closed', [failed(0, 'x')]).report(1);
  for (const text of ['ttft.p50<9999', 'goodput>0', 'itl.max<1']) {
    const check = parseCheck(text);
    if (check === undefined) throw new Error('not read');
    expect(evaluate(check, report)).toMatchObject({ check: text, value: undefined, passed: false });
  }
});

test.each([
  '',
  'ttft<5',
  'ttft.p42<5',
  'ttft.p95<5%',
  'ttft.p95=5',
  'ttft.p99.99<5',
  'ttft.p95=<5',
  'errors<5ms',
  'ttft.p95<',
  'x.p95<1',
  'tokens_per_s>1%',
])('the check %j is refused', (text) => {
  expect(parseCheck(text)).toBeUndefined();
});

test('the columns of tables are aligned for one run and for several', () => {
  const report = tallyOf('closed', [sent(0, { tokensEstimated: true })], 'ttft=250').report(1000);
  expect(latencyTable([{ mode: 'a', report }]).split('\n')).toEqual([
    '          mean       p50       p90       p95       p99       max',
    'TTFT    200 ms    200 ms    200 ms    200 ms    200 ms    200 ms',
    'TPOT  ~20.0 ms  ~20.0 ms  ~20.0 ms  ~20.0 ms  ~20.0 ms  ~20.0 ms',
    'E2E     400 ms    400 ms    400 ms    400 ms    400 ms    400 ms',
    '',
  ]);
  const both = latencyTable([
    { mode: 'a', report },
    { mode: 'longer', report },
  ]).split('\n');
  expect(both.slice(1, 3).map((line) => line.slice(0, 20))).toEqual([
    'TTFT  a         200 ',
    '      longer    200 ',
  ]);
  expect(runText({ mode: 'a', report }, 'open')).toMatch(/intended send.*coordinated omission/);
  for (const loop of ['open', 'closed'] as const) {
    for (const line of runText({ mode: 'a', report }, loop).split('\n'))
      expect(line.length).toBeLessThanOrEqual(80);
  }
  expect(runText({ mode: 'a', report }, 'closed', 100)).toMatch(/tokens\/s with the prompts\n/);
  expect(runText({ mode: 'a', report }, 'closed')).toMatch(/goodput +1\.0 requests\/s \(100\.0 %\)/);
});

test('the table is omitted when nothing was answered', () => {
  const report = tallyOf('closed', [failed(0, 'x')]).report(1);
  expect(latencyTable([{ mode: 'a', report }])).toBe('');
});

test.each([
  ['ttft.p95<1s', 'ms'],
  ['errors<1%', '%'],
  ['goodput>1', ''],
])('the value of the check %j has the unit %j', (text, unit) => {
  expect(parseCheck(text)?.unit).toBe(unit);
});

test('the CSV quotes cells where necessary and has a cell for each column', () => {
  const tally = tallyOf('open', [sent(0), failed(1, 'Transient')]);
  const [header = '', ...lines] = [...requestsCsv([{ mode: 'a,b', tally }])].map((line) => line.trimEnd());
  const columns = header.split(',').length;
  expect(lines.at(-1)).toBe('"a,b",0,complete,,0,1,500,201,20,401,11,,1,0,0,1,,,0');
  for (const line of lines) expect(line.replace('"a,b"', 'x').split(',')).toHaveLength(columns);
});

test('the JSON report has null for unmeasured figures', () => {
  expect(reportJson(tallyOf('closed', []).report(0))).toMatchObject({
    ttft_ms: null,
    goodput: null,
    requests_per_s: 0,
  });
});

test('the figures of a turn only use its answers and show the growing prompt', () => {
  const samples = [
    sent(0, { promptTokens: 10, ttftMs: 100 }),
    sent(1, { promptTokens: 20, ttftMs: 300 }),
    sent(0, { turn: 2, promptTokens: 50, cachedTokens: 40, ttftMs: 70 }),
    { ...failed(1, 'Transient'), turn: 2 },
  ];
  const turns = turnFigures(tallyOf('closed', samples));
  expect(turns).toMatchObject([
    { turn: 1, completed: 2, failed: 0, promptTokens: 15, ttft: { count: 2, mean: 200, min: 100, max: 300 } },
    { turn: 2, completed: 1, failed: 1, promptTokens: 50, cachedTokens: 40, ttft: { count: 1, mean: 70 } },
  ]);
  expect(turnsTable(turns).split('\n').slice(0, 3)).toEqual([
    '        complete  failed  prompt  cached  TTFT p50      p95  TPOT p50  E2E p50',
    'turn 1         2       0      15            100 ms   300 ms   20.0 ms   400 ms',
    'turn 2         1       1      50      40   70.0 ms  70.0 ms   20.0 ms   400 ms',
  ]);
  expect(turnsTable(turns.slice(0, 1))).toBe('');
});

test('added distributions equal one distribution of all values, also after storing and reading them', () => {
  fc.assert(
    fc.property(durations, durations, (some, others) => {
      const [one, other, whole] = [createDistribution(), createDistribution(), createDistribution()];
      for (const value of some) one.record(value);
      for (const value of others) other.record(value);
      for (const value of [...some, ...others]) whole.record(value);
      one.add(JSON.parse(JSON.stringify(other.counts())) as Counts);
      expect(one.summary()).toEqual(whole.summary());
      expect(one.counts()).toEqual(whole.counts());
    }),
  );
  expect(createDistribution().counts()).toBeUndefined();
});
