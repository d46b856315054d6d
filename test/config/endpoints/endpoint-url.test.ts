import { expect, test } from 'vitest';
import {
  endpointUrl,
  isLoopback,
  originOf,
  parseBaseUrl,
} from '../../../src/config/endpoints/endpoint-url.js';

test.each([
  ['https://api.openai.com', 'https://api.openai.com/v1/chat/completions'],
  ['https://api.openai.com/', 'https://api.openai.com/v1/chat/completions'],
  ['https://api.openai.com/v1', 'https://api.openai.com/v1/chat/completions'],
  ['https://api.openai.com/v1//', 'https://api.openai.com/v1/chat/completions'],
  ['http://localhost:4545', 'http://localhost:4545/v1/chat/completions'],
  ['https://host/openai', 'https://host/openai/v1/chat/completions'],
  ['https://host/openai/v1', 'https://host/openai/v1/chat/completions'],
  ['https://host/v1beta/openai', 'https://host/v1beta/openai/chat/completions'],
  ['https://host/api/paas/v4', 'https://host/api/paas/v4/chat/completions'],
  ['https://host/vault', 'https://host/vault/v1/chat/completions'],
])('%s leads to %s', (base, expected) => {
  const parsed = parseBaseUrl(base);
  const value = 'value' in parsed ? parsed.value : '';
  expect(endpointUrl(value, 'chat/completions')).toBe(expected);
  expect(endpointUrl(base, 'chat/completions')).toBe(expected);
});

test.each(['models', '/models', '/v1/models', 'v1/models'])('the path may be written as %s', (path) => {
  expect(endpointUrl('https://host/v1', path)).toBe('https://host/v1/models');
  expect(endpointUrl('https://host', path)).toBe('https://host/v1/models');
});

test.each([
  ['', 'http or https'],
  ['api.openai.com', 'http or https'],
  ['localhost:4545', 'http or https'],
  ['ftp://host', 'http or https'],
  ['file:///etc/passwd', 'http or https'],
  ['javascript:alert(1)', 'http or https'],
  ['https://', 'http or https'],
  ['https://user:secret@host', 'user name or password'],
  ['https://user@host', 'user name or password'],
  ['https://host/v1?api-version=1', 'query or fragment'],
  ['https://host/#x', 'query or fragment'],
])('%s is refused: %s', (base, reason) => {
  expect(parseBaseUrl(base)).toEqual({ refused: expect.stringContaining(reason) });
});

test('the address is the one that requests are sent to, not the one that was written', () => {
  expect(parseBaseUrl(' HTTPS://API.OpenAI.com:443\\@evil.example/v1/ ')).toEqual({
    value: 'https://api.openai.com/@evil.example/v1',
  });
  expect(originOf('https://api.openai.com.evil.example/v1')).toBe('https://api.openai.com.evil.example');
});

test.each([
  ['http://localhost:1', true],
  ['http://127.0.0.1', true],
  ['https://[::1]:8080/v1', true],
  ['http://127.1', true],
  ['http://localhost.evil.example', false],
  ['http://127.0.0.1.evil.example', false],
  ['http://0.0.0.0', false],
  ['http://192.168.0.1', false],
])('%s is on this machine: %s', (base, expected) => {
  expect(isLoopback(base)).toBe(expected);
});
