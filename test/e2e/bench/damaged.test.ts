import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { harnessForEach } from '../../support/programs/e2e.js';
import { runHere } from '../../support/programs/in-process.js';

const harness = harnessForEach();

/** Writes a report of two requests with other members. */
function report(name: string, changes: Record<string, unknown>, run: Record<string, unknown> = {}): string {
  const requests = { index: [0, 1], intended_ms: [0, 1], end_ms: [5, 6], error: [null, null] };
  const samples = { ttft_ms: [3, 4], tpot_ms: [], e2e_ms: [4, 5] };
  const counts = { completed: 2, failed: 0, started_at: '2026-01-01T00:00:00Z' };
  const value = {
    ...{ version: 1, interrupted: false, load: { loop: 'closed' } },
    runs: [{ mode: 'openai', model: 'm', url: 'http://x', ...counts, samples, requests, ...run }],
    ...changes,
  };
  writeFileSync(join(harness.sandbox.dir, name), JSON.stringify(value));
  return name;
}

test.each([
  ['of a later version', { version: 2 }, {}, 'update vastar-tui to read odd.json: the report has version 2'],
  ['without runs', { runs: [] }, {}, 'give a report of "bench --json": odd.json is not one'],
  ['with an impossible count', {}, { completed: -1 }, 'create odd.json again: the report is damaged'],
  ['without the name of the endpoint', {}, { mode: null }, 'create odd.json again: the report is damaged'],
  [
    'with words for times',
    {},
    { samples: { ttft_ms: ['x'] } },
    'create odd.json again: the report is damaged',
  ],
])('bench compare refuses a report %s and says what to do', async (_what, changes, run, message) => {
  report('good.json', {});
  report('odd.json', changes, run);
  const { code, stderr } = await runHere(harness.sandbox, ['bench', 'compare', 'good.json', 'odd.json']);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});

test.each([
  ['without its requests', { requests: null }],
  ['whose requests lack a time', { requests: { index: [0, 1], intended_ms: [0, 1], end_ms: [5] } }],
])('bench merge refuses a report %s', async (_what, run) => {
  report('odd.json', {}, run);
  const { code, stderr } = await runHere(harness.sandbox, ['bench', 'merge', 'odd.json']);
  expect(stderr).toContain('create odd.json again with this version: requests are missing or damaged');
  expect(code).toBe(2);
});

/** Gaps that a run can have. */
const GAPS = { sum: 30, min: 10, max: 20, us: [10_000, 1, 20_000, 1] };
const SERVER = {
  ...{ url: 'http://x/metrics', server: 'vLLM', pages: 2, failed: 0, problem: null, series_left_out: 0 },
  at_ms: [0, 1000],
  figures: { running: { start: 1, mean: 1, max: 2, end: 2, values: [1, 2] } },
  series: { a: { type: 'gauge', values: [1, 2] }, b: { type: 'gauge', values: [7] } },
};

test.each([
  ['a bucket without its count', { histograms: { itl_ms: { ...GAPS, us: [10_000, 1, 20_000] } } }],
  ['a negative count', { histograms: { itl_ms: { ...GAPS, us: [10_000, -1, 20_000, 1] } } }],
  ['a bucket that is not a number', { histograms: { itl_ms: { ...GAPS, us: ['x', 1] } } }],
  ['a negative bucket', { histograms: { itl_ms: { ...GAPS, us: [-5, 1] } } }],
  ['no longest gap', { histograms: { itl_ms: { ...GAPS, max: null } } }],
  ['a shortest gap above the longest', { histograms: { itl_ms: { ...GAPS, min: 50 } } }],
  ['server metrics without times', { server_metrics: { ...SERVER, at_ms: null } }],
  ['server metrics whose times go back', { server_metrics: { ...SERVER, at_ms: [1000, 0] } }],
  [
    'a series with fewer values than times',
    { server_metrics: { ...SERVER, series: { a: { type: 'gauge', values: [1, 2, 3] } } } },
  ],
  [
    'a figure with more values than times',
    { server_metrics: { ...SERVER, figures: { running: { start: 1, end: 2, values: [1, 2, 3] } } } },
  ],
  ['server metrics that are a word', { server_metrics: 'vLLM' }],
  ['no name of the model', { model: 5 }],
])('bench merge refuses a report with %s', async (_what, run) => {
  report('good.json', {}, { histograms: { itl_ms: GAPS }, server_metrics: SERVER });
  report('odd.json', {}, run);
  const good = await runHere(harness.sandbox, ['bench', 'merge', 'good.json']);
  expect([good.stderr, good.code]).toEqual(['', 0]);
  const { code, stderr } = await runHere(harness.sandbox, ['bench', 'merge', 'good.json', 'odd.json']);
  expect(stderr).toContain('create odd.json again: the report is damaged');
  expect(code).toBe(2);
});

test('reports without requests are merged and compared', async () => {
  const none = { completed: 0, samples: { ttft_ms: [], tpot_ms: [], e2e_ms: [] } };
  const requests = { index: [], intended_ms: [], end_ms: [] };
  report('none.json', {}, { ...none, requests });
  const merged = await runHere(harness.sandbox, ['bench', 'merge', 'none.json', '--html', 'none.html']);
  expect(merged.stdout).toContain('0 complete, 0 failed');
  const compared = await runHere(harness.sandbox, ['bench', 'compare', 'none.json', 'none.json']);
  expect(compared.stdout).toContain('too few values');
  expect(compared.code).toBe(0);
});

test('bench merge and bench compare read a report from stdin', async () => {
  const text = readFileSync(join(harness.sandbox.dir, report('a.json', {})), 'utf8');
  const compared = await harness.run(['bench', 'compare', 'a.json', '-'], text);
  expect(compared.stdout).toMatch(/too few values/);
  const empty = await harness.run(['bench', 'merge', '-', 'a.json'], '');
  expect(empty.stderr).toBe('vastar-tui: give a report of "bench --json": stdin is not JSON\n');
  expect(empty.code).toBe(2);
});
