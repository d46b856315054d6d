import { expect, test } from 'vitest';
import { figuresSince } from '../../../src/loadtest/server-metrics/figures.js';
import { createServerRecorder } from '../../../src/loadtest/server-metrics/record.js';
import { serverJson, serverText } from '../../../src/loadtest/server-metrics/report.js';
import type { MetricSample } from '../../../src/metrics/server/exposition.js';

const page = (values: Readonly<Record<string, number>>): MetricSample[] =>
  Object.entries(values).map(([name, value]) => ({ name, labels: '', value, type: 'gauge' }));

test('a gauge has start, mean over time, maximum and end; a counter has growth and rates', () => {
  const recorder = createServerRecorder();
  const pages: [number, number, number][] = [
    [0, 2, 100],
    [1000, 10, 200],
    [4000, 4, 800],
  ];
  for (const [at, running, tokens] of pages)
    recorder.add(
      at,
      page({ 'vllm:num_requests_running': running, 'vllm:generation_tokens_total': tokens }),
      0,
    );
  const { figures, server } = recorder.record('http://x/metrics');
  expect(server).toBe('vLLM');
  expect(figures.get('running')).toEqual({ kind: 'gauge', start: 2, mean: 8, max: 10, end: 4 });
  expect(figures.get('generation_tokens')).toEqual({
    kind: 'counter',
    start: 100,
    end: 800,
    total: 700,
    perSecond: 175,
    peakPerSecond: 200,
  });
});

test('a counter continues from zero after a reset', () => {
  const recorder = createServerRecorder();
  for (const [index, tokens] of [1000, 1500, 20].entries())
    recorder.add(index * 1000, page({ 'vllm:prompt_tokens_total': tokens }), 0);
  expect(recorder.record('').figures.get('prompt_tokens')).toMatchObject({ total: 520, perSecond: 260 });
});

test('series and pages are limited, and figures use every page', () => {
  const recorder = createServerRecorder({ series: 3, pages: 4, values: 1000 });
  for (let index = 0; index < 21; index += 1)
    recorder.add(index, page({ 'vllm:num_requests_running': index, a: 1, b: index, c: 1, d: 1 }), 5);
  const record = recorder.record('');
  expect(record.atMs).toEqual([0, 8, 16]);
  expect([...record.series.keys()]).toEqual(['vllm:num_requests_running', 'a', 'b']);
  expect(record.series.get('b')?.values).toEqual([0, 8, 16]);
  expect(record.points.get('running')).toEqual([0, 8, 16]);
  expect(record.leftOut).toBe(7);
  expect(record.pages).toBe(21);
  expect(record.figures.get('running')).toMatchObject({ max: 20, end: 20 });
});

test('a page of many series keeps all of them, at fewer times', () => {
  const recorder = createServerRecorder({ series: 100, pages: 600, values: 400 });
  const many = (index: number): Record<string, number> =>
    Object.fromEntries(Array.from({ length: 100 }, (_, series) => [`s${series}`, index]));
  for (let index = 0; index < 9; index += 1) recorder.add(index, page(many(index)), 0);
  const { series, leftOut, atMs } = recorder.record('');
  expect({ series: series.size, leftOut, atMs }).toEqual({ series: 100, leftOut: 0, atMs: [0, 4, 8] });
});

test('the series of known figures are kept after all others, too', () => {
  const recorder = createServerRecorder({ series: 2, pages: 600, values: 400 });
  recorder.add(0, page({ a: 1, b: 2, c: 3, 'vllm:num_requests_running': 4 }), 5);
  const { series, leftOut, points } = recorder.record('');
  expect([...series.keys()]).toEqual(['a', 'b', 'vllm:num_requests_running']);
  expect({ leftOut, running: points.get('running') }).toEqual({ leftOut: 6, running: [4] });
});

test('a series has null on pages that lack it', () => {
  const recorder = createServerRecorder();
  recorder.add(0, page({ a: 1 }), 0);
  recorder.add(1, page({ b: 2, 'llamacpp:requests_processing': 1 }), 0);
  recorder.add(2, page({ a: Number.NaN }), 0);
  const { series, points } = recorder.record('');
  expect(series.get('a')?.values).toEqual([1, null, null]);
  expect(series.get('b')?.values).toEqual([null, 2, null]);
  expect(points.get('running')).toEqual([null, 1, null]);
});

test('the report has figures, times since the start, and one value for a constant series', () => {
  const recorder = createServerRecorder();
  recorder.add(900, page({ 'vllm:kv_cache_usage_perc': 0.25, fixed: 7 }), 0);
  recorder.add(2000, page({ 'vllm:kv_cache_usage_perc': 0.75, fixed: 7 }), 0);
  recorder.fail('the server answered 503');
  const record = recorder.record('http://x/metrics');
  expect(serverJson(record, 1000)).toMatchObject({
    url: 'http://x/metrics',
    server: 'vLLM',
    pages: 2,
    failed: 1,
    problem: 'the server answered 503',
    at_ms: [-100, 1000],
    figures: {
      kv_cache: { start: 0.25, mean: 0.25, max: 0.75, end: 0.75, values: [0.25, 0.75] },
      waiting: null,
    },
    series: { fixed: { type: 'gauge', values: [7] } },
    series_left_out: 0,
  });
  expect(serverText(record)).toMatch(
    /^\nserver {6}vLLM at http:\/\/x\/metrics, 2 pages of 2 series, 1 could not be read: the server answered 503\n +start +mean +max +end\nKV cache +25\.0 % +25\.0 % +75\.0 % +75\.0 %\n$/,
  );
});

test('the report keeps the series of an unknown server, and the text says that no name is known', () => {
  const recorder = createServerRecorder();
  recorder.add(0, page({ other: 1 }), 0);
  expect(serverText(recorder.record('http://x'))).toContain('no metric name is known');
});

test('the figures since a moment begin with the page before it', () => {
  const recorder = createServerRecorder();
  for (const [index, running] of [0, 40, 8, 4].entries())
    recorder.add(
      index * 1000,
      page({ 'vllm:num_requests_running': running, 'vllm:generation_tokens_total': index * 100 }),
      0,
    );
  const figures = figuresSince(recorder.record(''), 2500);
  expect(figures.get('running')).toEqual({ kind: 'gauge', start: 8, mean: 8, max: 8, end: 4 });
  expect(figures.get('generation_tokens')).toMatchObject({ total: 100, perSecond: 100 });
});
