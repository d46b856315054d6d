import { expect, test } from 'vitest';
import { PARAMETERS, readParameter } from '../../../src/common/chat/parameters.js';

test.each([
  ['temperature', '0.7', 0.7],
  ['top_p', '1', 1],
  ['max_tokens', '100', 100],
  ['seed', '-7', -7],
  ['reasoning_effort', 'high', 'high'],
  ['reasoning_effort', 'none', 'none'],
  ['reasoning_effort', '"of-tomorrow"', 'of-tomorrow'],
  ['verbosity', 'low', 'low'],
  ['stop', 'END', 'END'],
  ['stop', '["a","b"]', ['a', 'b']],
  ['stop', '7', '7'],
  ['response_format', 'json_object', { type: 'json_object' }],
  ['response_format', '{"type":"text"}', { type: 'text' }],
  ['tool_choice', 'required', 'required'],
  ['parallel_tool_calls', 'false', false],
  ['service_tier', 'default', 'default'],
  ['system_role', 'developer', 'developer'],
  ['anything', '{"a":1}', { a: 1 }],
  ['anything', 'some text', 'some text'],
  ['temperature', 'null', null],
])('%s %s is sent as its own type', (name, text, value) => {
  expect(readParameter(name, text)).toEqual({ ok: true, value });
});

test.each([
  ['temperature', 'warm', 'temperature is a number from 0 to 2, or null'],
  ['temperature', '9', 'temperature is a number from 0 to 2, or null'],
  ['top_p', '"0.5"', 'top_p is a number from 0 to 1, or null'],
  ['max_tokens', '1.5', 'max_tokens is a whole number from 1 on, or null'],
  ['seed', 'x', 'seed is a whole number, or null'],
  ['stop', '["a","b","c","d","e"]', 'stop is a text, or up to four as a JSON array, or null'],
  ['parallel_tool_calls', 'yes', 'parallel_tool_calls is true or false, or null'],
  ['verbosity', 'loud', 'verbosity is one of low, medium, high, or null'],
])('%s %s is refused with the valid values', (name, text, problem) => {
  expect(readParameter(name, text)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
});

test('every suggested word is accepted', () => {
  for (const { name, words = [] } of PARAMETERS) {
    for (const word of words) expect(readParameter(name, word)).toMatchObject({ ok: true });
  }
});
