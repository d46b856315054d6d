import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfigObject } from '../../src/config/load.js';
import { ConfigError } from '../../src/config/problem.js';
import type { ConfigObject } from '../../src/config/sources/config-object.js';
import type { Environment } from '../../src/config/sources/variables.js';
import { endpoint, lines } from './config-sandbox.js';

const load = (input: ConfigObject, env: Environment = {}) => loadConfigObject(input, { env });

test('an object has the same keys as the file', () => {
  const loaded = load({
    openai: { api_key: 'sk-object', base_url: 'https://gateway.example/v1', model: 'm', timeout_ms: 5 },
    runtime: { tenant_id: 't', workspace_id: 'w', timeout_ms: 6, socket_path: 'v.sock' },
    simulator: { enabled: false },
    profiles: { p: { base_url: 'http://localhost:1', model: 'x', api_key: undefined } },
  });
  expect(loaded.problems).toEqual([]);
  expect(loaded.endpoint).toMatchObject({ name: 'openai', model: 'm', timeoutMs: 5 });
  expect(loaded.endpoint.apiKey?.reveal()).toBe('sk-object');
  expect(loaded.config.runtime).toEqual({
    tenantId: 't',
    workspaceId: 'w',
    timeoutMs: 6,
    socketPath: resolve('v.sock'),
  });
  expect(endpoint(loaded, 'p').model).toBe('x');
  expect(loaded.provenance.get('openai.model')?.source).toEqual({ kind: 'object' });
});

test('with an empty object, the defaults and the environment apply', () => {
  expect(load({}).mode).toBe('simulator');
  const loaded = load(
    { openai: { api_key: undefined } },
    { OPENAI_API_KEY: 'sk-env', USE_SIMULATOR: 'false' },
  );
  expect(loaded.endpoint.apiKey?.reveal()).toBe('sk-env');
});

test('an object overrides the environment, except USE_SIMULATOR', () => {
  const env = {
    OPENAI_API_KEY: 'sk-env',
    OPENAI_BASE_URL: 'https://env.example',
    OPENAI_MODEL: 'env',
    USE_SIMULATOR: 'no',
  };
  const input = {
    openai: { api_key: 'sk-object', base_url: 'https://object.example', model: 'object' },
    simulator: { enabled: true },
  };
  const loaded = load(input, env);
  expect(loaded.endpoint).toMatchObject({
    name: 'openai',
    baseUrl: 'https://object.example',
    model: 'object',
  });
  expect(loaded.endpoint.apiKey?.reveal()).toBe('sk-object');
});

test('OPENAI_API_KEY does not replace an object’s key for its own address', () => {
  const input = { openai: { api_key: `\${GATEWAY_KEY}`, base_url: 'https://gateway.example' } };
  const openai = endpoint(load(input, { OPENAI_API_KEY: 'sk-env' }), 'openai');
  expect(openai.apiKey).toBeUndefined();
  expect(openai.problem).toContain('GATEWAY_KEY is not set');
});

test('an object needs no confirmation', () => {
  const loaded = load({ openai: { base_url: 'https://gateway.example' } }, { OPENAI_API_KEY: 'sk-env' });
  expect(loaded.trust).toBeUndefined();
  expect(endpoint(loaded, 'openai').apiKey?.reveal()).toBe('sk-env');
});

test('problems in an object are reported', () => {
  const input: object = { openai: { modle: 'x', timeout_ms: -1 }, __proto__: null };
  expect(lines(load(input))).toEqual([
    'configuration object: openai.timeout_ms must be whole milliseconds from 1 to 3600000, not -1; it is ignored',
    'configuration object: unknown key "openai.modle" - did you mean "model"?',
  ]);
});

test('a __proto__ key in a parsed object changes no prototype', () => {
  const input: object = JSON.parse('{"__proto__":{"polluted":1},"openai":{"__proto__":{"polluted":1}}}');
  expect(load(input).problems).toHaveLength(2);
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});

test('an object that contains itself is refused', () => {
  const loop: { openai?: unknown } = {};
  loop.openai = loop;
  const input: object = loop;
  expect(lines(load(input))).toEqual([
    'configuration object: unknown key "openai.openai" - known keys: api_key, base_url, model, timeout_ms, idle_ms, answer_ms, provider, url, api, auth, headers, query, body, stream, adapt, thinking_tags, metrics_url, client_cert, client_key',
  ]);
});

test.each([
  ['a list', []],
  ['text', 'config.yaml'],
])('%s is not a configuration object', (_name, input: object | string) => {
  const load = (value: unknown) => Reflect.apply(loadConfigObject, undefined, [value, { env: {} }]);
  expect(() => load(input)).toThrow(ConfigError);
});
