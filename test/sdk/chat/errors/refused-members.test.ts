import { expect, test } from 'vitest';
import { refusedMembers } from '../../../../src/sdk/chat/errors/refused-members.js';

const NAMES = ['stream_options', 'max_tokens', 'temperature', 'stop', 'user'];

test.each([
  ['plain text', 'Unknown field: stream_options', ['stream_options']],
  [
    'OpenAI',
    '{"error":{"message":"Unrecognized request argument supplied: stream_options","param":null}}',
    ['stream_options'],
  ],
  [
    'a validator',
    '{"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]}',
    ['stream_options'],
  ],
  [
    'a part of the member',
    '{"detail":[{"loc":["body","stream_options","include_usage"],"msg":"x"}]}',
    ['stream_options'],
  ],
  ['camel case', '{"message":"streamOptions is not a known property"}', ['stream_options']],
  [
    'a validator as text',
    `{"message":"[{'type': 'extra_forbidden', 'loc': ('body', 'stream_options'), 'input': {'max_tokens': 1}}]"}`,
    ['stream_options'],
  ],
  [
    'nested JSON',
    JSON.stringify({ error: JSON.stringify({ error: { param: 'temperature' } }) }),
    ['temperature'],
  ],
  [
    'a proposal',
    `{"error":{"message":"property 'stream_options' is unsupported, did you mean 'stop'?"}}`,
    ['stream_options'],
  ],
  ['a word in quotes', `{"error":"'stop' is not supported by this model"}`, ['stop']],
] as const)('a refused member is found: %s', (_name, error, members) => {
  expect(refusedMembers(error, NAMES)).toEqual(members);
});

test.each([
  [
    'an echoed request',
    '{"detail":[{"loc":["body","messages",0],"msg":"Field required","input":{"stream_options":{}}}],"body":{"max_tokens":1}}',
  ],
  ['a list of known fields', 'unknown field `foo`, expected one of `stream_options`, `max_tokens`'],
  ['an ordinary word', '{"error":{"message":"The user must stop now"}}'],
  ['a longer name', '{"error":{"message":"max_tokens_per_day and no_stream_options_x"}}'],
  ['nothing', ''],
])('no member is found in %s', (_name, error) => {
  expect(refusedMembers(error, NAMES)).toEqual([]);
});
