import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { KEYS } from '../../src/config/values/schema.js';
import { loadYaml } from './config-sandbox.js';

const example = readFileSync(join(import.meta.dirname, '..', '..', 'config.example.yaml'), 'utf8');
/** The example with all commented-out settings turned on. */
const everything = example.replace(
  /^(\s*)# (?=\s*(socket_path|model|profiles|local|groq|base_url|api_key|timeout_ms|idle_ms|answer_ms|system|temperature|max_tokens|ttft_ms|tpot_ms|reconnect|newline|work|provider|url|api|auth|headers|query|body|stream|adapt|thinking_tags|metrics_url|client_cert|client_key|stream_options|seed|api-version|X-Team|my-model|input|output|cached|cache_write|reasoning|CF-Access-Client-Secret):)/gm,
  '$1',
);

test('copying the example and setting OPENAI_API_KEY works', () => {
  const loaded = loadYaml(example, { env: { OPENAI_API_KEY: 'sk-test' } });
  expect(loaded).toMatchObject({
    mode: 'openai',
    problems: [],
    endpoint: { baseUrl: 'https://api.openai.com', model: 'gpt-3.5-turbo', timeoutMs: 60_000 },
  });
  expect(loaded.endpoint.apiKey?.reveal()).toBe('sk-test');
  expect(loaded.endpoint.problem).toBeUndefined();
});

test('the copied example starts without a key in simulator mode', () => {
  expect(loadYaml(example, { flags: { mode: 'simulator' } })).toMatchObject({ problems: [] });
});

test('the example names every key, and its commented lines are valid too', () => {
  const { profiles, theme, motion, mouse, discover, keys: ownKeys, prices, ...sections } = parse(everything);
  expect([theme, motion, mouse, discover, Object.keys(ownKeys)]).toEqual([
    'auto',
    'full',
    true,
    true,
    ['reconnect', 'newline'],
  ]);
  expect(Object.keys(prices)).toEqual(['my-model']);
  const written = Object.entries({ ...sections, profiles: profiles.work }).map(([section, keys]) => {
    return [section, Object.keys(Object(keys)).sort()];
  });
  const known = Object.entries(KEYS).map(([section, keys]) => [section, keys.toSorted()]);
  expect(written).toEqual(known);
  const loaded = loadYaml(everything, { env: { OPENAI_API_KEY: 'sk', GROQ_API_KEY: 'gsk' } });
  expect(loaded.problems).toEqual([]);
  expect(loaded.endpoints.map(({ name }) => name)).toEqual(['simulator', 'openai', 'local', 'groq', 'work']);
});

test('the values of the example are the defaults, except for the mode', () => {
  const { simulator, ...rest } = loadYaml(example).config;
  const defaults = loadYaml('').config;
  const { simulator: _enabled, ...others } = defaults;
  expect(rest).toEqual(others);
  expect(simulator).toEqual({ ...defaults.simulator, enabled: false });
});
