import { expect, test } from 'vitest';
import { joinRecords } from '../../../src/loadtest/server-metrics/join.js';
import { createServerRecorder, type ServerRecord } from '../../../src/loadtest/server-metrics/record.js';
import { serverJson } from '../../../src/loadtest/server-metrics/report.js';
import { serverFrom } from '../../../src/loadtest/server-metrics/saved.js';

type Page = readonly [atMs: number, running: number, tokens: number];

function record(url: string, pages: readonly Page[], startedAt?: number): ServerRecord {
  const recorder = createServerRecorder();
  for (const [at, running, tokens] of pages)
    recorder.add(
      at,
      [
        { name: 'vllm:num_requests_running', labels: 'engine="0"', value: running, type: 'gauge' },
        { name: 'vllm:generation_tokens_total', labels: '', value: tokens, type: 'counter' },
        { name: 'vllm:kv_cache_usage_perc', labels: '', value: running / 10, type: 'gauge' },
        ...(startedAt === undefined
          ? []
          : [{ name: 'process_start_time_seconds', labels: '', value: startedAt, type: 'gauge' }]),
      ],
      0,
    );
  return recorder.record(url);
}
const every = (from: number, count: number, tokens: number, perPage: number): Page[] =>
  Array.from({ length: count }, (_, index) => [from + index * 1000, index % 3, tokens + index * perPage]);

test('a record is the same after it was saved and read', () => {
  const before = record('http://a/metrics', every(1000, 5, 10, 7), 77);
  const after = serverFrom(JSON.parse(JSON.stringify(serverJson(before, 1000))), 1000);
  expect(after).toEqual(before);
  expect(serverFrom(null, 0)).toBeUndefined();
});

test('one record stays unchanged, and no record gives none', () => {
  const one = record('http://a', every(0, 3, 0, 5));
  expect(joinRecords([one])).toBe(one);
  expect(joinRecords([])).toBeUndefined();
});

test('records of one server become one whose counters do not count twice, even with different clocks', () => {
  const one = record('http://a', every(0, 10, 100, 10));
  // This process began and ended later, and its clock is 20 ms behind.
  const other = record('http://a', every(3480, 10, 135, 10));
  const joined = joinRecords([one, other]);
  expect(joined?.url).toBe('http://a');
  expect(joined?.figures.get('generation_tokens')).toMatchObject({ start: 100, end: 225, total: 125 });
  expect(joined?.atMs).toEqual([...one.atMs, ...other.atMs.filter((at) => at > 9500)]);
  for (const { values } of joined?.series.values() ?? [])
    expect(values).toHaveLength(joined?.atMs.length ?? 0);
});

test('the figures of several servers are added, the fullest cache counts, and series name their server', () => {
  const one = record('http://a', [
    [0, 2, 100],
    [1000, 4, 200],
    [2000, 6, 300],
  ]);
  const other = record('http://b', [
    [200, 1, 1000],
    [1200, 1, 1050],
    [2200, 9, 1100],
  ]);
  const joined = joinRecords([one, other]);
  expect(joined?.url).toBe('http://a, http://b');
  expect(joined?.figures.get('running')).toMatchObject({ start: 3, max: 15, end: 15 });
  expect(joined?.figures.get('kv_cache')).toMatchObject({ max: 0.9 });
  expect(joined?.figures.get('generation_tokens')).toMatchObject({ start: 1100, end: 1400, total: 300 });
  expect([...(joined?.series.keys() ?? [])]).toContain(
    'vllm:num_requests_running{engine="0",server="http://b"}',
  );
  expect([...(joined?.series.keys() ?? [])]).toContain('vllm:generation_tokens_total{server="http://a"}');
});

test('a figure begins when every server has a value', () => {
  const joined = joinRecords([
    record('http://a', every(0, 5, 0, 10)),
    record('http://b', every(3000, 2, 500, 10)),
  ]);
  expect(joined?.points.get('generation_tokens')).toEqual([null, null, null, 530, 550]);
});

test('one address with two start times is two servers', () => {
  const joined = joinRecords([
    record('http://localhost', every(0, 3, 100, 10), 1),
    record('http://localhost', every(0, 3, 700, 10), 2),
  ]);
  expect(joined?.figures.get('generation_tokens')).toMatchObject({ start: 800, end: 840 });
});
