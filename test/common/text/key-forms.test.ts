import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hideKeys } from '../../../src/common/text/key-forms.js';

const KEY = 'sk-a/b+c=d_0123456789';
const bytes = fc.uint8Array({ maxLength: 9 }).map((array) => Buffer.from(array));

test('a key is hidden unchanged, in a URL, in JSON, and in Base64 of both alphabets', () => {
  const forms = [
    KEY,
    encodeURIComponent(KEY),
    encodeURIComponent(KEY).replace(/%../g, (code) => code.toLowerCase()),
    KEY.replaceAll('/', '\\/'),
    Buffer.from(KEY).toString('base64'),
    Buffer.from(KEY).toString('base64url'),
  ];
  for (const form of forms) expect(hideKeys(`it is <${form}>.`, [KEY])).toBe('it is <[key removed]>.');
});

test('a key is hidden at any position in a longer encoded text', () => {
  fc.assert(
    fc.property(bytes, bytes, fc.constantFrom('base64', 'base64url'), (before, after, alphabet) => {
      const encoded = Buffer.concat([before, Buffer.from(KEY), after]).toString(alphabet);
      const left = Buffer.from(hideKeys(encoded, [KEY]).replaceAll('[key removed]', ''), alphabet);
      expect(hideKeys(encoded, [KEY])).toContain('[key removed]');
      expect(left.toString('latin1')).not.toContain(KEY);
    }),
  );
});

test('short words are not hidden, and the longer of two keys is hidden first', () => {
  expect(hideKeys('the end of it', ['the', ''])).toBe('the end of it');
  expect(hideKeys('sk-12345678-long', ['sk-12345678', 'sk-12345678-long'])).toBe('[key removed]');
});
