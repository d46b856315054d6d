import { expect, test } from 'vitest';
import { readReport } from '../../src/page/bench/report.js';
import { serverSeries } from '../../src/page/bench/server-series.js';

const figures = {
  running: { values: [0, 8, 4] },
  waiting: { values: [0, 3, null] },
  kv_cache: { values: [0.1, 0.9, 0.5] },
  preemptions: null,
  prompt_tokens: null,
  generation_tokens: { values: [100, 300, 50] },
};

test('gauges are charted unchanged, counters as rates', () => {
  const server_metrics = { server: 'vLLM', at_ms: [-500, 500, 2500], figures };
  const [run] = readReport({ load: {}, runs: [{ mode: 'a', requests: {}, server_metrics }] }).runs;
  if (run?.server === undefined) throw new Error('no server');
  expect(run.server.name).toBe('vLLM');
  const charts = serverSeries(run.server);
  expect(
    charts.map(({ title, lines }) => [title, ...lines.map(({ label, values }) => [label, values])]),
  ).toEqual([
    ['Requests at the server', ['running', [0, 8, 4]], ['waiting', [0, 3, null]]],
    ['KV cache', ['KV cache', [0.1, 0.9, 0.5]]],
    // After the reset, the counter grew from zero.
    ['Tokens at the server', ['output', [null, 200, 25]]],
  ]);
  expect(charts[0]?.xs).toEqual([-0.5, 0.5, 2.5]);
});

test('a test without a metrics page has no server charts', () => {
  const [run] = readReport({ load: {}, runs: [{ mode: 'a', requests: {}, server_metrics: null }] }).runs;
  expect(run?.server).toBeUndefined();
});
