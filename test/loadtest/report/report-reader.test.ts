import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createReportReader } from '../../../src/loadtest/report/report-reader.js';

function read(text: string, piece: number): unknown {
  const reader = createReportReader();
  for (let at = 0; at < text.length; at += piece) reader.feed(text.slice(at, at + piece));
  return reader.end();
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

test.each(['', '{', '[1,2', '{"a": [1 2]}', `[${'1,'.repeat(2000)}]`, '{"a": 1} x', '"a'])(
  'a text that is not JSON is refused: %#',
  (text) => {
    expect(() => read(text, 100)).toThrow(SyntaxError);
  },
);
