import { format, inspect } from 'node:util';
import { expect, test } from 'vitest';
import { parseApiKey } from '../../src/config/endpoints/api-key.js';
import { Secret } from '../../src/config/secret.js';

const secret = new Secret('sk-hidden');

test('a secret is revealed only by an explicit call', () => {
  expect(secret.reveal()).toBe('sk-hidden');
});

test.each([
  ['a template', `${secret}`],
  ['String()', String(secret)],
  ['JSON', JSON.stringify({ secret })],
  ['inspect', inspect({ secret }, { showHidden: true, depth: 9 })],
  ['format', format('%s %o %j', secret, secret, secret)],
  ['its entries', JSON.stringify([Object.entries(secret), { ...secret }])],
])('%s does not show it', (_way, shown) => {
  expect(shown).not.toContain('hidden');
});

test('a key is trimmed, and reports it', () => {
  const key = parseApiKey('sk-abc\n');
  expect(key).toMatchObject({ state: 'set', trimmed: true });
  expect(key.state === 'set' && key.secret.reveal()).toBe('sk-abc');
  expect(parseApiKey('sk-abc')).toMatchObject({ trimmed: false });
});

test.each([
  ['sk-a bc', 'has white space at position 5'],
  ['sk-a\nbc', 'has a line break at position 5'],
  ['sk-a\r\nX-Injected: 1', 'has a line break at position 5'],
  ['sk-\x00abc', 'has a character that is not visible ASCII at position 4'],
  ['sk-…', 'has a character that is not visible ASCII at position 4'],
])('%j cannot be sent in a header', (text, reason) => {
  expect(parseApiKey(text)).toEqual({ state: 'malformed', reason, advice: 'copy the key again' });
});
