import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatProblem } from '../../src/config/problem.js';
import { endpoint, lines, loadYaml, makeConfigSandbox } from './config-sandbox.js';

test.each([
  ['openai:\n  api_keyy: x\n', 'config.yaml:2:3: unknown key "openai.api_keyy" - did you mean "api_key"?'],
  ['openai:\n  apiKey: x\n', 'config.yaml:2:3: unknown key "openai.apiKey" - did you mean "api_key"?'],
  ['openai:\n  base-url: x\n', 'config.yaml:2:3: unknown key "openai.base-url" - did you mean "base_url"?'],
  ['simulater: {}\n', 'config.yaml:1:1: unknown key "simulater" - did you mean "simulator"?'],
  [
    'openai: {}\ntenant_id: x\n',
    'config.yaml:2:1: unknown key "tenant_id" - "tenant_id" belongs under "runtime:"',
  ],
  [
    'runtime:\n  frobnicate: 1\n',
    'config.yaml:2:3: unknown key "runtime.frobnicate" - known keys: tenant_id, workspace_id, timeout_ms, socket_path',
  ],
  [
    'profiles:\n  a: { base_url: http://localhost:1, model: m, modell: n }\n',
    'config.yaml:2:48: unknown key "profiles.a.modell" - did you mean "model"?',
  ],
])('%j: an unknown key is reported with its place and a suggestion', (yaml, line) => {
  expect(lines(loadYaml(yaml))).toEqual([line]);
});

test.each([
  ['openai:\n  model: 4\n', 'config.yaml:2:10: openai.model must be text, not 4; it is ignored'],
  ['openai:\n  model: [a]\n', 'config.yaml:2:10: openai.model must be text, not a list; it is ignored'],
  ['openai:\n  model: ""\n', 'config.yaml:2:10: openai.model must not be empty; it is ignored'],
  ['openai: 5\n', 'config.yaml:1:9: openai must be a mapping of keys; it is ignored'],
  ['profiles: [a]\n', 'config.yaml:1:11: profiles must be a mapping of keys; it is ignored'],
  [
    'simulator:\n  enabled: maybe\n',
    'config.yaml:2:12: simulator.enabled must be true or false (also yes, no, on, off, 1, 0), not "maybe"; it is ignored',
  ],
  [
    'simulator:\n  base_url: localhost\n',
    'config.yaml:2:13: simulator.base_url must be an http or https address such as https://api.openai.com; it is ignored',
  ],
  [
    `simulator:\n  model: "\${NOPE}"\n`,
    `config.yaml:2:10: simulator.model needs NOPE, which is not set - export NOPE=… or write \${NOPE:-default}`,
  ],
  [
    `simulator:\n  model: \${NOPE\n`,
    `config.yaml:2:10: simulator.model contains "\${" without a variable, or a variable in a default - write \${NAME} or \${NAME:-default}`,
  ],
])('%j: an invalid value is reported, and the default is used', (yaml, line) => {
  const loaded = loadYaml(yaml);
  expect(lines(loaded)).toEqual([line]);
  expect(loaded.config).toEqual(makeConfigSandbox().load().config);
});

test.each([['0'], ['-1'], ['1.5'], ['3600001'], ['.inf'], ['.nan'], ['soon'], ['true'], ['1e3x']])(
  'timeout_ms: %s is not a timeout',
  (value) => {
    for (const section of ['openai', 'runtime']) {
      const loaded = loadYaml(`${section}:\n  timeout_ms: ${value}\n`);
      expect(lines(loaded)).toEqual([
        expect.stringContaining(`${section}.timeout_ms must be whole milliseconds from 1 to 3600000, not `),
      ]);
      expect(loaded.endpoint.timeoutMs).toBe(60_000);
    }
  },
);

test('numbers and switches may come from variables', () => {
  const loaded = loadYaml(`openai:\n  timeout_ms: \${T}\nsimulator:\n  enabled: \${S:-no}\n`, {
    env: { T: '1500' },
  });
  expect(loaded.problems).toEqual([]);
  expect(loaded).toMatchObject({ mode: 'openai', endpoint: { timeoutMs: 1500 } });
});

test('an invalid setting does not affect others', () => {
  const loaded = loadYaml(
    'openai:\n  model: 4\n  timeout_ms: 1000\n  nope: 1\nsimulator:\n  enabled: x\n  model: m\n',
  );
  expect(loaded.endpoint).toMatchObject({ model: 'm', timeoutMs: 1000 });
  expect(loaded.problems.map(({ path, source }) => [path, source.kind === 'file' && source.line])).toEqual([
    ['openai.model', 2],
    ['openai.nope', 4],
    ['simulator.enabled', 6],
  ]);
});

test('empty settings count as missing', () => {
  const loaded = loadYaml('openai:\n  api_key:\n  model:\nruntime:\nsimulator: {}\nprofiles:\n');
  expect(loaded.problems).toEqual([]);
  expect(loaded.config).toEqual(makeConfigSandbox().load().config);
});

test.each([
  ['  p: { model: m }', 'profiles.p.base_url is missing; profile "p" is left out'],
  ['  p: { base_url: http://localhost:1 }', 'profiles.p.model is missing; profile "p" is left out'],
  ['  p: { base_url: nope, model: m }', 'profile "p" is left out'],
  ['  p: 5', 'profiles.p must be a mapping of keys; it is ignored'],
  ['  OpenAI: { base_url: http://localhost:1, model: m }', 'this one is taken by the endpoint of that name'],
  [
    '  simulator: { base_url: http://localhost:1, model: m }',
    'this one is taken by the endpoint of that name',
  ],
  ['  "a b": { base_url: http://localhost:1, model: m }', 'needs a name of letters, digits'],
  ['  __proto__: { base_url: http://localhost:1, model: m }', 'a key cannot be named "__proto__"'],
])('with profiles:%j, only that profile is left out', (profile, message) => {
  const loaded = loadYaml(`profiles:\n${profile}\n  ok: { base_url: http://localhost:2, model: m }\n`);
  expect(loaded.problems).toHaveLength(1);
  expect(lines(loaded)[0]).toContain(message);
  expect(loaded.endpoints.map(({ name }) => name)).toEqual(['simulator', 'openai', 'ok']);
});

test('keys named like prototype members do not change a prototype', () => {
  const loaded = loadYaml(`__proto__: { polluted: 1 }
constructor: { prototype: { polluted: 1 } }
openai:
  __proto__: { polluted: 1, model: evil }
  model: m
`);
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  expect(loaded.config.openai.model).toBe('m');
  expect(loaded.problems.map(({ path }) => path)).toEqual(['__proto__', 'constructor', 'openai.__proto__']);
});

test('many unknown keys are only counted', () => {
  const keys = Array.from({ length: 500 }, (_, index) => `  unknown${index}: 1`).join('\n');
  const loaded = loadYaml(`openai:\n${keys}\n`);
  expect(loaded.problems).toHaveLength(11);
  expect(lines(loaded).some((line) => line.includes('and 490 more unknown keys'))).toBe(true);
});

test('a variable cannot inject YAML', () => {
  const loaded = loadYaml(`openai:\n  model: \${M}\n`, { env: { M: 'x, base_url: https://evil.example' } });
  expect(loaded.config.openai).toMatchObject({
    model: 'x, base_url: https://evil.example',
    baseUrl: 'https://api.openai.com',
  });
  expect(lines(loadYaml(`openai:\n  model: \${M}\n`, { env: { M: 'x\nruntime: 1' } }))).toEqual([
    'config.yaml:2:10: openai.model must not contain control characters; it is ignored',
  ]);
});

test('credentials in an address are refused, and the error does not contain them', () => {
  const loaded = loadYaml('simulator:\n  base_url: https://me:hunter2@host.example\n');
  expect(lines(loaded)).toEqual([
    expect.stringContaining('must not contain a user name or password; a key goes under api_key'),
  ]);
  expect(JSON.stringify(loaded.problems)).not.toContain('hunter2');
});

test('a key is never sent to the default address if its own address was refused', () => {
  const loaded = loadYaml('openai:\n  api_key: sk-gateway\n  base_url: gateway.example\n');
  expect(endpoint(loaded, 'openai')).toMatchObject({
    problem: expect.stringMatching(/^config\.yaml:3:13: openai\.base_url must be an http or https address/),
  });
  expect(endpoint(loaded, 'openai').apiKey).toBeUndefined();
});

const hostile = fc.constantFrom('a', ...'\0\x07\x1b\n\r\x7f\x9b\u200f\u202e\u2066\u2028\ufeff"');

test('problems are safe to print for any file', () => {
  fc.assert(
    fc.property(fc.string({ unit: hostile, maxLength: 20 }), (text) => {
      const yaml = `openai:\n  ${JSON.stringify(`k${text}`)}: 1\n  timeout_ms: ${JSON.stringify(`v${text}`)}\n`;
      return lines(loadYaml(yaml)).every(
        (line) => !/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.test(line),
      );
    }),
    { numRuns: 50 },
  );
});

test('a problem reads as place, message, suggestion', () => {
  const problem = { severity: 'error', message: 'm', path: 'a.b' } as const;
  expect(formatProblem({ ...problem, source: { kind: 'env', variable: 'V' } })).toBe('V: m');
  expect(formatProblem({ ...problem, source: { kind: 'object' }, suggestion: 's' })).toBe(
    'configuration object: m - s',
  );
});
