import { expect, test } from 'vitest';
import {
  type ChatSettings,
  NO_SETTINGS,
  optionsOf,
  parameterTexts,
  setParameter,
} from '../../../src/state/endpoint/chat-settings.js';

const after = (...changes: string[]): ChatSettings =>
  changes.reduce((settings, change) => {
    const result = setParameter(settings, change);
    if (!result.ok) throw new Error(result.message);
    return result.settings;
  }, NO_SETTINGS);
const said = (change: string | undefined, settings = NO_SETTINGS): string =>
  setParameter(settings, change).message;

test('members are sent with the type of their value', () => {
  expect(optionsOf(after('temperature 0.5', 'max_tokens 9', 'seed 7', 'stop END', 'x {"a":1}'))).toEqual({
    temperature: 0.5,
    maxTokens: 9,
    body: { seed: 7, stop: 'END', x: { a: 1 } },
  });
});

test('`off` returns a member to the endpoint; `null` sends no member', () => {
  expect(optionsOf(after('seed 7', 'seed off'))).toEqual({});
  expect(optionsOf(after('seed null', 'temperature 1', 'temperature null'))).toEqual({
    body: { seed: null, temperature: null },
  });
  expect(optionsOf(after('temperature null', 'temperature 1'))).toEqual({ temperature: 1 });
  expect(optionsOf(after('max_tokens null', 'max_tokens off'))).toEqual({});
  expect(optionsOf(after('stream_options null'))).toEqual({ body: { stream_options: null } });
});

test('"none" is a value for members that allow it, and not `off`', () => {
  expect(optionsOf(after('reasoning_effort none'))).toEqual({ body: { reasoning_effort: 'none' } });
});

test.each([
  [undefined, 'nothing set: /set NAME VALUE, e.g. /set top_p 0.9'],
  ['top_p 9', 'top_p is a number from 0 to 1, or null; not 9'],
  ['model x', "model can't be set: the chat sets it itself"],
  ['9x 1', 'usage: /set NAME VALUE, e.g. /set top_p 0.9'],
  ['top_p', 'top_p: not set; it takes a number from 0 to 1; off, null'],
  ['other', 'other: not set'],
  ['tempurature 0.5', 'tempurature: 0.5. If you mean temperature, remove this one: /set tempurature off'],
  ['my_own_member 1', 'my_own_member: 1'],
])('/set %s says: %s', (argument, words) => {
  expect(said(argument)).toBe(words);
});

test('set members are shown in a short form, tools by their names', () => {
  const tools = [{ type: 'function', function: { name: 'weather' } }, { type: 'web_search' }];
  const changes = ['temperature 0.5', 'stop END', 'seed null', 'response_format json_object'];
  const settings = { ...after(...changes), system: 'x' };
  const shown = parameterTexts({ ...settings, body: { ...settings.body, tools } });
  expect(shown).toEqual([
    ['temperature', '0.5'],
    ['stop', 'END'],
    ['seed', 'not sent'],
    ['response_format', 'json_object'],
    ['tools', 'weather, web_search'],
  ]);
});
