import { expect, test } from 'vitest';
import { jsonDifferences } from '../../../../src/ui/panes/inspector/json-difference.js';

test('the differences between two bodies are changed, missing and new values', () => {
  const before = { model: 'a', temperature: 0.2, messages: [{ role: 'user', content: 'Hi' }], stop: [] };
  const after = {
    model: 'a',
    top_p: 1,
    messages: [{ role: 'user', content: 'Ho' }, { role: 'x' }],
    stop: [],
  };
  expect(jsonDifferences(before, after)).toEqual([
    { path: 'temperature', before: '0.2', after: undefined },
    { path: 'messages[0].content', before: '"Hi"', after: '"Ho"' },
    { path: 'top_p', before: undefined, after: '1' },
    { path: 'messages[1].role', before: undefined, after: '"x"' },
  ]);
});

test('an empty list differs from a missing one, and null is a value', () => {
  expect(jsonDifferences({ a: [], b: null }, { b: undefined })).toEqual([
    { path: 'a', before: '[]', after: undefined },
    { path: 'b', before: 'null', after: undefined },
  ]);
  expect(jsonDifferences({ a: { b: 1 } }, { a: { b: 1 } })).toEqual([]);
});
