import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRecord } from '../../../src/common/json.js';
import { jsonNumbers } from '../../../src/loadtest/report/number-list.js';
import { createReportReader } from '../../../src/loadtest/report/report-reader.js';

function read(text: string, piece: number): unknown {
  const reader = createReportReader();
  for (let at = 0; at < text.length; at += piece) reader.feed(text.slice(at, at + piece));
  return withLists(reader.end());
}

/** Returns the value with lists of JSON instead of typed arrays. */
function withLists(value: unknown): unknown {
  if (value instanceof Float64Array) return jsonNumbers(value);
  if (Array.isArray(value)) return value.map(withLists);
  if (!isRecord(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(value))
    Object.defineProperty(copy, name, { value: withLists(one), enumerable: true });
  return copy;
}

const numbers = fc.array(fc.oneof(fc.integer(), fc.constant(null)), { minLength: 0, maxLength: 800 });
const report = fc.dictionary(fc.string(), fc.oneof(numbers, fc.jsonValue()));

test('a report in pieces of any size is the value that JSON.parse returns', () => {
  fc.assert(
    fc.property(report, fc.integer({ min: 1, max: 400 }), fc.boolean(), (value, piece, indented) => {
      const text = JSON.stringify(value, null, indented ? 2 : undefined);
      expect(read(text, piece)).toEqual(JSON.parse(text));
    }),
  );
});

test('long lists of numbers stay in their places, and brackets in texts are no lists', () => {
  const values = Array.from({ length: 5000 }, (_, index) => (index % 7 === 0 ? null : index / 8));
  const value = { a: { b: values, c: [values, [1, 2]] }, d: '[1,"2"] \\', e: [], f: [{ g: values }] };
  for (const piece of [1, 7, 1000, 1e6]) expect(read(JSON.stringify(value), piece)).toEqual(value);
});

test('a long list is eight bytes a number, and a text in it does not lose the numbers before it', () => {
  const values = Array.from({ length: 40_000 }, (_, index) => (index % 7 === 0 ? null : index / 8));
  const reader = createReportReader();
  reader.feed(JSON.stringify({ a: values }));
  expect(reader.end()).toEqual({ a: Float64Array.from(values, (one) => one ?? Number.NaN) });
  for (const value of [
    [...values, 'text', 5],
    [...values, [1]],
  ])
    expect(read(JSON.stringify(value), 50_000)).toEqual(value);
});

test.each([
  '',
  '{',
  '[1,2',
  '{"a": [1 2]}',
  `[${'1,'.repeat(2000)}]`,
  `[${'1,'.repeat(50_000)}]`,
  `[1,${',1'.repeat(50_000)}]`,
  `[${'1,'.repeat(50_000)}`,
  '{"a": 1} x',
  '"a',
])('a text that is not JSON is refused: %#', (text) => {
  expect(() => read(text, 100)).toThrow(SyntaxError);
});
