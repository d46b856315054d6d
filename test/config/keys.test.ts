import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { endpoint, lines, loadYaml, makeConfigSandbox } from './config-sandbox.js';

const NOT_SET =
  'OPENAI_API_KEY is not set: export OPENAI_API_KEY=sk-… and start again, or use the simulator (--mode simulator)';

test.each([
  ['no file', ''],
  ['a file that names the variable', `openai:\n  api_key: \${OPENAI_API_KEY}\n`],
  ['a file with an empty key', 'openai:\n  api_key: ""\n'],
])('an unset OPENAI_API_KEY is a problem only in openai mode: %s', (_name, yaml) => {
  const loaded = loadYaml(yaml);
  expect(loaded.problems).toEqual([]);
  expect(loaded.endpoint.problem).toBeUndefined();
  expect(endpoint(loaded, 'openai')).toMatchObject({ problem: NOT_SET });
  const real = loadYaml(yaml, { flags: { mode: 'openai' } });
  expect(real).toMatchObject({ mode: 'openai', problems: [], endpoint: { problem: NOT_SET } });
});

test('the error for an unset key names the variable of the file', () => {
  const loaded = loadYaml(
    `profiles:\n  p: { base_url: http://localhost:1, model: m, api_key: "\${GROQ_API_KEY}" }\n`,
  );
  expect(loaded.problems).toEqual([]);
  expect(endpoint(loaded, 'p').problem).toBe(
    'GROQ_API_KEY is not set: export GROQ_API_KEY=… and start again, or use the simulator (--mode simulator)',
  );
});

test('an endpoint at another address needs no key unless the file names one', () => {
  const flags = { mode: 'openai', baseUrl: 'http://127.0.0.1:11434' };
  expect(makeConfigSandbox().load({ flags }).endpoint.problem).toBeUndefined();
  expect(loadYaml(`openai: { api_key: "\${K}" }\n`, { flags }).endpoint.problem).toContain('K is not set');
});

test('the simulator gets no key', () => {
  expect(makeConfigSandbox().load({ env: { OPENAI_API_KEY: 'sk-env' } }).endpoint.apiKey).toBeUndefined();
});

test.each([
  ['OpenAI itself', 'https://api.openai.com/v1', 'sk-env'],
  ['an address of its own', 'https://gateway.example', 'sk-file'],
  ['an address on this machine', 'http://localhost:1234', 'sk-file'],
])(
  'OPENAI_API_KEY replaces a key written for OpenAI, not one written for another address: %s',
  (_n, url, key) => {
    const place = makeConfigSandbox();
    place.write('work/c.yaml', `openai:\n  api_key: sk-file\n  base_url: ${url}\n`);
    const options = { configPath: 'c.yaml', env: { OPENAI_API_KEY: 'sk-env' } };
    expect(endpoint(place.load(options), 'openai').apiKey?.reveal()).toBe(key);
  },
);

test('OPENAI_API_KEY does not replace a key with an unset variable at the key’s own address', () => {
  const place = makeConfigSandbox();
  place.write('work/c.yaml', `openai:\n  api_key: \${GATEWAY_KEY}\n  base_url: https://gateway.example\n`);
  const loaded = place.load({ configPath: 'c.yaml', env: { OPENAI_API_KEY: 'sk-env' } });
  expect(endpoint(loaded, 'openai').apiKey).toBeUndefined();
  expect(endpoint(loaded, 'openai').problem).toContain('GATEWAY_KEY is not set');
});

test('OPENAI_BASE_URL and OPENAI_API_KEY replace address and key together', () => {
  const loaded = loadYaml('openai:\n  api_key: sk-file\n  base_url: https://gateway.example\n', {
    env: { OPENAI_API_KEY: 'sk-env', OPENAI_BASE_URL: 'https://other.example' },
  });
  const openai = endpoint(loaded, 'openai');
  expect(openai.baseUrl).toBe('https://other.example');
  expect(openai.apiKey?.reveal()).toBe('sk-env');
});

test('a trailing newline is removed from a key, with a warning', () => {
  const loaded = makeConfigSandbox().load({ env: { OPENAI_API_KEY: 'sk-abc\n' } });
  expect(endpoint(loaded, 'openai').apiKey?.reveal()).toBe('sk-abc');
  expect(loaded.problems).toMatchObject([{ severity: 'warning' }]);
  expect(lines(loaded)).toEqual(['OPENAI_API_KEY: openai.api_key has white space around it; it was removed']);
});

test.each([
  [{ OPENAI_API_KEY: 'sk-a b' }, 'OPENAI_API_KEY', 'white space at position 5'],
  [{ OPENAI_API_KEY: 'sk-a\u0007b' }, 'OPENAI_API_KEY', 'not visible ASCII at position 5'],
])('a key that cannot be sent is reported once, without its text', (env, place, reason) => {
  const loaded = loadYaml(`openai:\n  api_key: \${OPENAI_API_KEY}\n`, { env });
  expect(lines(loaded)).toEqual([expect.stringContaining(`${place}: openai.api_key has `)]);
  expect(lines(loaded)[0]).toContain(reason);
  expect(lines(loaded)[0]).not.toContain('sk-a');
  expect(endpoint(loaded, 'openai').problem).toContain(reason);
  expect(endpoint(loaded, 'openai').apiKey).toBeUndefined();
});

test.each([
  ['"sk-abc"', 'is in quotes', 'leave them out'],
  ["'sk-abc'", 'is in quotes', 'leave them out'],
  ['“sk-abc”', 'is in quotes', 'leave them out'],
  ['sk-abc"', 'is in quotes', 'leave them out'],
  ['Bearer sk-abc', 'begins with "Bearer"', 'the program adds it'],
  ['bearer: sk-abc', 'begins with "Bearer"', 'the program adds it'],
  ['Authorization: Bearer sk-abc', 'begins with the name of a header', 'give only the key'],
  ['OPENAI_API_KEY=sk-abc', 'begins with the name of a variable', 'give only the text after'],
  ['export KEY=sk-abc', 'begins with the name of a variable', 'give only the text after'],
  ['<sk-abc>', 'is in brackets', 'replace them with the key itself'],
  ['sk-abc\nsk-def', 'has a line break at position 7', 'copy the key again'],
  ['sk-abc\\', undefined, undefined],
  ['bearerish-key', undefined, undefined],
  ['sk-{abc}', undefined, undefined],
])('extra text around a copied key is reported before the key is sent: %s', (key, reason, advice) => {
  const loaded = loadYaml('openai: {}\n', { env: { OPENAI_API_KEY: key } });
  const { problem, apiKey } = endpoint(loaded, 'openai');
  if (reason === undefined || advice === undefined) {
    expect([problem, apiKey?.reveal()]).toEqual([undefined, key]);
    return;
  }
  expect(problem).toContain(`openai.api_key ${reason} (OPENAI_API_KEY): `);
  expect(problem).toContain(advice);
  expect(problem).not.toContain('abc');
  expect(apiKey).toBeUndefined();
});

test('a key that is not a text is refused, and the error does not contain it', () => {
  const loaded = loadYaml('openai:\n  api_key: 123456\n');
  expect(lines(loaded)).toEqual([
    'config.yaml:2:12: openai.api_key must be text; put it in quotes; it is ignored',
  ]);
});

test('printing the loaded configuration shows no key', () => {
  const loaded = loadYaml(
    `openai: { api_key: sk-literal }\nprofiles:\n  p: { base_url: http://localhost:1, model: m, api_key: "\${K}" }\n`,
    { env: { K: 'sk-hidden' } },
  );
  expect(endpoint(loaded, 'p').apiKey?.reveal()).toBe('sk-hidden');
  for (const text of [JSON.stringify(loaded), inspect(loaded, { depth: 20, showHidden: true })]) {
    expect(text).not.toMatch(/sk-literal|sk-hidden/);
  }
});
