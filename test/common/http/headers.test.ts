import { expect, test } from 'vitest';
import { isSecretName } from '../../../src/common/http/headers.js';

test.each([
  'authorization',
  'api-key',
  'x-api-key',
  'x-portkey-api-key',
  'x-portkey-virtual-key',
  'x-portkey-config',
  'access_token',
  'set-cookie',
])('%s is the name of a secret', (name) => {
  expect(isSecretName(name)).toBe(true);
});

test.each([
  'x-portkey-provider',
  'x-portkey-trace-id',
  'x-amzn-bedrock-input-token-count',
  'x-ratelimit-remaining-tokens',
  'max_tokens',
  'www-authenticate',
  'x-request-id',
])('%s is not the name of a secret', (name) => {
  expect(isSecretName(name)).toBe(false);
});
