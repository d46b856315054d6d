import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createExposition, type MetricSample } from '../../../src/metrics/server/exposition.js';

function read(text: string | Uint8Array, size = Number.POSITIVE_INFINITY) {
  const samples: MetricSample[] = [];
  const page = createExposition((sample) => samples.push(sample));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) page.feed(bytes.subarray(at, at + size));
  const { unreadable } = page.end();
  return { samples, unreadable };
}
const brief = (text: string) => read(text).samples.map(({ name, labels, value }) => [name, labels, value]);

test('a sample has a name, labels, a value and the type of its family', () => {
  const { samples } = read(
    [
      '# HELP http_requests_total The total number of HTTP requests.',
      '# TYPE http_requests_total counter',
      'http_requests_total{method="post",code="200"} 1027 1395066363000',
      '# TYPE latency histogram',
      'latency_bucket{le="+Inf"} 3',
      'latency_sum 5.5e-1',
      'lonely 7',
    ].join('\n'),
  );
  expect(samples).toEqual([
    { name: 'http_requests_total', labels: 'method="post",code="200"', value: 1027, type: 'counter' },
    { name: 'latency_bucket', labels: 'le="+Inf"', value: 3, type: 'histogram' },
    { name: 'latency_sum', labels: '', value: 0.55, type: 'histogram' },
    { name: 'lonely', labels: '', value: 7, type: 'unknown' },
  ]);
});

test('the parser accepts spaces, a trailing comma, escapes and braces in label values', () => {
  expect(brief('a { x = "1" , y="C:\\\\DIR {\\"q\\"} \\n, z=", } 2\nb{} 3\n\tc\t4  ')).toEqual([
    ['a', 'x="1",y="C:\\\\DIR {\\"q\\"} \\n, z="', 2],
    ['b', '', 3],
    ['c', '', 4],
  ]);
});

test('the parser reads quoted names', () => {
  expect(brief('{"my.metric"} 1\n{"other metric", "a label"="v"} 2')).toEqual([
    ['my.metric', '', 1],
    ['other metric', 'a label="v"', 2],
  ]);
});

test('the parser reads every spelling of infinity and NaN', () => {
  const values = brief('a +Inf\nb -inf\nc nan\nd NaN\ne Infinity\nf .5\ng -1.').map(([, , value]) => value);
  expect(values).toEqual([
    ...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, Number.NaN],
    ...[Number.POSITIVE_INFINITY, 0.5, -1],
  ]);
});

test('the parser skips exemplars, units and the end mark of OpenMetrics', () => {
  const { samples, unreadable } = read(
    [
      '# TYPE foo_seconds counter',
      '# UNIT foo_seconds seconds',
      'foo_seconds_total{a="b"} 17.0 1520879607.789 # {trace_id="oHg5SJ#YRHA0"} 9.8 1520879607.789',
      'foo_seconds_created 1520430000.123',
      '# EOF',
      '',
    ].join('\n'),
  );
  expect(unreadable).toBe(0);
  expect(samples.map(({ name, value, type }) => [name, value, type])).toEqual([
    ['foo_seconds_total', 17, 'counter'],
    ['foo_seconds_created', 1520430000.123, 'counter'],
  ]);
});

test('the parser counts unreadable lines, and reads the lines after them', () => {
  const { samples, unreadable } = read(
    'ok 1\n<html>\nbad{a=b} 1\nbad{a="b" 1\nname\nname text\n0x 0x10\nok 2\r\n{} 3\n',
  );
  expect(samples.map(({ value }) => value)).toEqual([1, 2]);
  expect(unreadable).toBe(7);
});

test('an endless line takes no memory, and the parser continues after it', () => {
  const { samples, unreadable } = read(`a 1\nb{x="${'y'.repeat(200_000)}"} 2\nc 3\n`, 1000);
  expect(samples.map(({ name }) => name)).toEqual(['a', 'c']);
  expect(unreadable).toBe(1);
});

test('the samples do not depend on how the page is cut into pieces', () => {
  const page = readFileSync(join(import.meta.dirname, '../../fixtures/server-metrics/vllm.txt'), 'utf8');
  const text = `${page}name{text="a → b 😀"} 1`;
  const whole = read(text);
  expect(whole.unreadable).toBe(0);
  for (const size of [1, 2, 3, 7, 64]) expect(read(text, size)).toEqual(whole);
});

test('hostile labels take time proportional to their length', () => {
  const started = process.cpuUsage();
  read(Array.from({ length: 200 }, () => `a{${'x="\\\\'.repeat(3000)}`).join('\n'));
  read(Array.from({ length: 200 }, () => `a{x=${' '.repeat(15_000)}`).join('\n'));
  expect(process.cpuUsage(started).user / 1e6).toBeLessThan(5);
});
