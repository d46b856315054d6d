import { expect, test } from 'vitest';
import { parseJson } from '../../src/common/json.js';

const nested = (levels: number, inside = ''): string => '['.repeat(levels) + inside + ']'.repeat(levels);
const LONG = 'x'.repeat(300_000);

test('JSON that is nested too deeply is refused at any length', () => {
  expect(parseJson(nested(150_000))).toBeUndefined();
  expect(parseJson('['.repeat(16_000_000))).toBeUndefined();
  expect(parseJson('{"a":'.repeat(100_000))).toBeUndefined();
  expect(parseJson(nested(9000, `"${LONG}"`))).toBeDefined();
});

test('brackets in strings don’t count as nesting', () => {
  const text = `${'[{'.repeat(200_000)}"\\`;
  expect(parseJson(JSON.stringify({ text }))).toEqual({ text });
  expect(parseJson(`["${'\\\\'.repeat(200_000)}", "${'['.repeat(20_000)}"]`)).toHaveLength(2);
  expect(parseJson(`["${'\\"'.repeat(200_000)}${'['.repeat(20_000)}"]`)).toHaveLength(1);
  expect(parseJson(`["${'['.repeat(300_000)}`)).toBeUndefined();
});
