import { mkdirSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError, formatSource } from '../../src/config/problem.js';
import { endpoint, lines, loadYaml, makeConfigSandbox } from './config-sandbox.js';

test('without a file, a variable and a flag, the defaults apply without a problem', () => {
  const loaded = makeConfigSandbox().load();
  expect(loaded.config).toEqual({
    openai: {
      access: expect.anything(),
      apiKey: undefined,
      baseUrl: 'https://api.openai.com',
      model: 'gpt-3.5-turbo',
      timeoutMs: 60_000,
      idleMs: 300_000,
      answerMs: undefined,
    },
    runtime: {
      tenantId: 'openai-connector',
      workspaceId: 'default',
      timeoutMs: 60_000,
      socketPath: undefined,
    },
    simulator: {
      access: expect.anything(),
      enabled: true,
      baseUrl: 'http://localhost:4545',
      model: undefined,
      timeoutMs: undefined,
      idleMs: undefined,
      answerMs: undefined,
    },
    chat: { system: undefined, temperature: undefined, maxTokens: undefined },
    slo: { ttftMs: undefined, tpotMs: undefined },
    sessions: { save: true },
    theme: 'auto',
    motion: 'full',
    mouse: true,
    discover: expect.any(Map),
    prices: new Map(),
    keys: new Map(),
    profiles: new Map(),
  });
  expect(loaded).toMatchObject({ mode: 'simulator', problems: [], endpoint: { name: 'simulator' } });
  expect(loaded.endpoint.problem).toBeUndefined();
  expect(loaded.file).toBeUndefined();
  expect(new Set([...loaded.provenance.values()].map(({ source }) => source.kind))).toEqual(
    new Set(['default']),
  );
});

test('the documented file is read without a problem', () => {
  const loaded = loadYaml(
    `openai:
  api_key: \${OPENAI_API_KEY}    # Set via environment variable
  base_url: "https://api.openai.com"
  model: "gpt-3.5-turbo"
  timeout_ms: 60000
runtime:
  tenant_id: "openai-connector"
  workspace_id: "default"
  timeout_ms: 60000
simulator:
  enabled: false                 # true = use simulator, false = use real API
  base_url: "http://localhost:4545"
`,
    { env: { OPENAI_API_KEY: 'sk-test' } },
  );
  expect(lines(loaded)).toEqual([]);
  expect(loaded.mode).toBe('openai');
  expect(loaded.endpoint.apiKey?.reveal()).toBe('sk-test');
  expect(loaded.endpoint.problem).toBeUndefined();
});

test('flags override the environment, the environment the file, and the file the defaults; each value has its source', () => {
  const sandbox = makeConfigSandbox();
  const steps = [
    [{}, 'gpt-3.5-turbo', 'default'],
    [{ yaml: 'openai:\n  model: from-file\n' }, 'from-file', 'config.yaml:2:10'],
    [{ env: { OPENAI_MODEL: 'from-env' } }, 'from-env', 'OPENAI_MODEL'],
    [{ flags: { model: 'from-flag' } }, 'from-flag', '--model'],
  ] as const;
  let env = {};
  let flags: object = { mode: 'openai' };
  for (const [change, model, source] of steps) {
    if ('yaml' in change) sandbox.writeConfig(change.yaml);
    if ('env' in change) env = change.env;
    if ('flags' in change) flags = { ...flags, ...change.flags };
    const loaded = sandbox.load({ env, flags });
    expect(loaded.config.openai.model).toBe(model);
    expect(loaded.endpoint.model).toBe(model);
    expect(formatSource(loaded.provenance.get('openai.model')?.source ?? { kind: 'object' })).toBe(source);
  }
});

test('each environment variable sets its setting', () => {
  const loaded = loadYaml('openai:\n  api_key: sk-file\n  base_url: https://api.openai.com\n', {
    env: {
      OPENAI_API_KEY: 'sk-env',
      OPENAI_BASE_URL: 'https://gateway.example/v1/',
      OPENAI_MODEL: 'm',
      USE_SIMULATOR: 'false',
      VASTAR_SOCKET_PATH: '/run/v.sock',
    },
  });
  expect(loaded.problems).toEqual([]);
  expect(loaded.endpoint).toMatchObject({
    baseUrl: 'https://gateway.example/v1',
    model: 'm',
    kind: 'openai',
  });
  expect(loaded.endpoint.apiKey?.reveal()).toBe('sk-env');
  expect(loaded.config.runtime.socketPath).toBe('/run/v.sock');
});

test('an empty environment variable counts as unset', () => {
  const env = {
    OPENAI_API_KEY: '',
    OPENAI_BASE_URL: '',
    OPENAI_MODEL: '',
    USE_SIMULATOR: '',
    VASTAR_SOCKET_PATH: '',
  };
  expect(makeConfigSandbox().load({ env })).toEqual(makeConfigSandbox().load());
});

test.each([
  ['true', 'simulator'],
  ['TRUE', 'simulator'],
  ['1', 'simulator'],
  ['yes', 'simulator'],
  ['on', 'simulator'],
  ['false', 'openai'],
  ['False', 'openai'],
  ['0', 'openai'],
  ['No', 'openai'],
])('USE_SIMULATOR=%s starts with %s and overrides the file', (value, mode) => {
  for (const enabled of [true, false]) {
    const loaded = loadYaml(`simulator:\n  enabled: ${enabled}\n`, { env: { USE_SIMULATOR: value } });
    expect(loaded).toMatchObject({ mode, problems: [] });
    expect(loaded.provenance.get('mode')?.source).toEqual({ kind: 'env', variable: 'USE_SIMULATOR' });
  }
});

test('another value of USE_SIMULATOR is reported, and the file’s value applies', () => {
  const loaded = loadYaml('simulator:\n  enabled: false\n', { env: { USE_SIMULATOR: 'maybe' } });
  expect(loaded.mode).toBe('openai');
  expect(lines(loaded)).toEqual([
    'USE_SIMULATOR: simulator.enabled must be true or false (also yes, no, on, off, 1, 0), not "maybe"; it is ignored',
  ]);
});

test('--mode overrides USE_SIMULATOR and accepts profiles too', () => {
  const yaml = 'profiles:\n  local:\n    base_url: http://localhost:11434\n    model: llama3.2\n';
  const load = (mode: string) => loadYaml(yaml, { env: { USE_SIMULATOR: 'true' }, flags: { mode } });
  expect(load('openai').endpoint).toMatchObject({ name: 'openai', kind: 'openai' });
  expect(load('local').endpoint).toMatchObject({
    name: 'local',
    kind: 'profile',
    baseUrl: 'http://localhost:11434',
    model: 'llama3.2',
    timeoutMs: 60_000,
  });
  expect(load('local').provenance.get('mode')?.source).toEqual({ kind: 'flag', name: '--mode' });
});

test.each([
  ['--provider', { provider: 'vllm' }],
  ['--url', { url: 'http://localhost:8000/v1/chat' }],
  ['--auth', { auth: 'none' }],
])('%s without a mode: the error names the mode to add', (name, flags) => {
  expect(() => makeConfigSandbox().load({ flags })).toThrow(
    `${name}: does not apply to the simulator - add --mode openai, or --mode with a profile's name`,
  );
  expect(makeConfigSandbox().load({ flags: { ...flags, mode: 'openai' } }).mode).toBe('openai');
});

test('an unknown --mode is an error that suggests the nearest name', () => {
  expect(() => makeConfigSandbox().load({ flags: { mode: 'opnai' } })).toThrow(
    new ConfigError([
      {
        severity: 'error',
        message: 'no mode "opnai"',
        path: 'mode',
        source: { kind: 'flag', name: '--mode' },
        suggestion: 'did you mean "openai"?',
      },
    ]),
  );
  expect(() => makeConfigSandbox().load({ flags: { mode: 'x' } })).toThrow(
    '--mode: no mode "x" - known modes: simulator, openai',
  );
});

test('--model and --base-url apply to the endpoint in use at the start', () => {
  const flags = { model: 'm', baseUrl: 'http://127.0.0.1:9/v1/' };
  const yaml = 'profiles:\n  p: { base_url: https://p.example, model: x }\n';
  for (const mode of ['simulator', 'openai', 'p']) {
    const loaded = loadYaml(yaml, { flags: { ...flags, mode } });
    expect(loaded.endpoint).toMatchObject({ name: mode, model: 'm', baseUrl: 'http://127.0.0.1:9/v1' });
    const others = loaded.endpoints.filter(({ name }) => name !== mode);
    for (const other of others) expect(other.baseUrl).not.toContain('127.0.0.1');
  }
});

test.each([
  [
    { baseUrl: 'localhost:4545' },
    '--base-url: simulator.base_url must be an http or https address: write http:// or https:// before the host',
  ],
  [{ baseUrl: 'ftp://localhost' }, '--base-url: simulator.base_url must be an http or https address'],
  [{ model: ' ' }, '--model: simulator.model must not be empty'],
  [{ socket: '' }, '--socket: runtime.socket_path must not be empty'],
])('an invalid flag is an error: %j', (flags, message) => {
  expect(() => makeConfigSandbox().load({ flags })).toThrow(ConfigError);
  expect(() => makeConfigSandbox().load({ flags })).toThrow(message);
});

test('endpoints have the order of the mode key, and take missing settings from openai', () => {
  const loaded = loadYaml(`openai:
  model: big
  timeout_ms: 5
profiles:
  zeta: { base_url: http://localhost:1, model: a, timeout_ms: 7 }
  alpha: { base_url: http://localhost:2/v1, model: b }
`);
  expect(loaded.endpoints).toMatchObject([
    { name: 'simulator', model: 'big', timeoutMs: 5 },
    { name: 'openai', model: 'big', timeoutMs: 5 },
    { name: 'zeta', model: 'a', timeoutMs: 7 },
    { name: 'alpha', model: 'b', timeoutMs: 5 },
  ]);
});

test('the current directory has priority over the user directory, and --config over both', () => {
  const sandbox = makeConfigSandbox();
  const own = sandbox.write('home/config/config.yaml', 'openai: { model: own }\n');
  expect(sandbox.load()).toMatchObject({
    file: { path: own, origin: 'user directory' },
    config: { openai: { model: 'own' } },
  });
  const here = sandbox.writeConfig('openai: { model: here }\n');
  expect(sandbox.load()).toMatchObject({
    file: { path: here, name: 'config.yaml', origin: 'current directory' },
    config: { openai: { model: 'here' } },
  });
  const other = sandbox.write('work/sub/other.yaml', 'openai: { model: other }\n');
  expect(sandbox.load({ configPath: 'sub/other.yaml' })).toMatchObject({
    file: { path: other, origin: 'given by name' },
    config: { openai: { model: 'other' } },
  });
});

test('a missing file of --config is an error that says what to do', () => {
  expect(() => makeConfigSandbox().load({ configPath: 'nope.yaml' })).toThrow(
    'nope.yaml: there is no such file - check the path, or copy config.example.yaml there',
  );
});

test('an unreadable file of --config is an error with the place; another file is only reported', () => {
  const sandbox = makeConfigSandbox();
  sandbox.writeConfig('openai:\n  model: [\n');
  expect(() => sandbox.load({ configPath: 'config.yaml' })).toThrow(/^config\.yaml:\d:\d: /);
  expect(() => sandbox.load({ configPath: 'config.yaml' })).toThrow(ConfigError);
  const loaded = sandbox.load();
  expect(loaded.mode).toBe('simulator');
  expect(lines(loaded)[0]).toMatch(/^config\.yaml:\d:\d: .* - the file is ignored until this is corrected$/);
});

test('a config.yaml that cannot be read is reported, and the program starts', () => {
  const sandbox = makeConfigSandbox();
  mkdirSync(join(sandbox.cwd, 'config.yaml'));
  expect(lines(sandbox.load())).toEqual([expect.stringContaining('config.yaml: cannot be read')]);
});

test('the config.yaml of another program is ignored with one warning', () => {
  const sandbox = makeConfigSandbox();
  sandbox.write('home/config/config.yaml', 'openai: { model: own }\n');
  sandbox.writeConfig('title: My site\nmenu:\n  - home\nparams: {}\n');
  const loaded = sandbox.load();
  expect(loaded.config.openai.model).toBe('own');
  expect(loaded.problems).toMatchObject([
    { severity: 'warning', message: expect.stringContaining('belongs to another program') },
  ]);
  // When the user names the file, its keys are checked.
  expect(lines(sandbox.load({ configPath: 'config.yaml' }))).toHaveLength(3);
});

test('a relative socket path starts at the file that names it, else at the current directory; ~ is the home', () => {
  const sandbox = makeConfigSandbox();
  sandbox.write('work/sub/c.yaml', 'runtime: { socket_path: run/v.sock }\n');
  const inFile = sandbox.load({ configPath: 'sub/c.yaml' });
  expect(inFile.config.runtime.socketPath).toBe(join(sandbox.cwd, 'sub/run/v.sock'));
  const byFlag = sandbox.load({ configPath: 'sub/c.yaml', flags: { socket: 'v.sock' } });
  expect(byFlag.config.runtime.socketPath).toBe(join(sandbox.cwd, 'v.sock'));
  sandbox.write('work/home.yaml', 'runtime: { socket_path: ~/v.sock }\n');
  const atHome = sandbox.load({ configPath: 'home.yaml' });
  expect(atHome.config.runtime.socketPath).toBe(join(homedir(), 'v.sock'));
});

test('the path of a client certificate is relative to the file that names it, else to the current directory; ~ is the home', () => {
  const sandbox = makeConfigSandbox();
  sandbox.write('work/sub/c.yaml', 'openai: { client_cert: tls/c.pem, client_key: ~/k.pem }\n');
  const inFile = sandbox.load({ configPath: 'sub/c.yaml', flags: { mode: 'openai' } });
  expect(inFile.endpoint.access.clientFiles).toEqual({
    cert: join(sandbox.cwd, 'sub/tls/c.pem'),
    key: join(homedir(), 'k.pem'),
  });
  const flags = { mode: 'openai', clientCert: 'c.pem' };
  const byFlag = sandbox.load({ configPath: 'sub/c.yaml', flags });
  expect(byFlag.endpoint.access.clientFiles?.cert).toBe(join(sandbox.cwd, 'c.pem'));
  expect(sandbox.load({ flags }).endpoint.access.clientFiles?.key).toBe(join(sandbox.cwd, 'c.pem'));
});

test('a variable in the path of a client certificate is not secret', () => {
  const yaml = `openai: { client_cert: "\${CLIENT_KEY_FILE}" }\n`;
  const { access } = loadYaml(yaml, {
    env: { CLIENT_KEY_FILE: '/etc/client.pem' },
    flags: { mode: 'openai' },
  }).endpoint;
  expect(access.clientFiles?.cert).toBe('/etc/client.pem');
  expect(access.secrets).toEqual([]);
});

test('loading creates no file', () => {
  const sandbox = makeConfigSandbox();
  sandbox.load();
  expect(readdirSync(sandbox.cwd)).toEqual([]);
  expect(readdirSync(join(sandbox.cwd, '..'))).toEqual(['work']);
});

test('a profile with dots in its name is found', () => {
  const loaded = loadYaml('profiles:\n  gpt-4.1:\n    base_url: http://localhost:1\n    model: a\n');
  expect(endpoint(loaded, 'gpt-4.1').model).toBe('a');
  expect(loaded.provenance.get('profiles.gpt-4.1.model')?.source).toMatchObject({ line: 4, column: 12 });
});

test('an endpoint has its own time limits, or else those of openai', () => {
  const { endpoints } = loadYaml(`
openai: { timeout_ms: 1, idle_ms: 0, answer_ms: 3 }
simulator: { idle_ms: 7 }
profiles:
  p: { base_url: http://localhost:1, model: m, timeout_ms: 4, answer_ms: 6 }
`);
  expect(endpoints).toMatchObject([
    { name: 'simulator', timeoutMs: 1, idleMs: 7, answerMs: 3 },
    { name: 'openai', timeoutMs: 1, idleMs: 0, answerMs: 3 },
    { name: 'p', timeoutMs: 4, idleMs: 0, answerMs: 6 },
  ]);
});
