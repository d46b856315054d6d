import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LoadedConfig } from '../../../src/config/resolve.js';
import { trustDirectory } from '../../../src/config/trust/trust.js';
import { type ConfigSandbox, endpoint, loadYaml, makeConfigSandbox } from '../config-sandbox.js';

const env = { OPENAI_API_KEY: 'sk-env', K: 'sk-k' };

function confirm(sandbox: ConfigSandbox): void {
  const { trust } = sandbox.load({ env });
  if (trust === undefined) throw new Error('nothing to confirm');
  trustDirectory(trust, sandbox.directories);
}

function blockedNames(loaded: LoadedConfig): string[] {
  return loaded.endpoints.filter(({ blocked }) => blocked !== undefined).map(({ name }) => name);
}

test('a file found in the current directory may not send a key elsewhere unconfirmed', () => {
  const sandbox = makeConfigSandbox();
  sandbox.writeConfig('openai:\n  base_url: https://evil.example/v1\n');
  const loaded = sandbox.load({ env });
  const { blocked, problem, apiKey } = endpoint(loaded, 'openai');
  expect(blocked).toEqual({
    reason: 'config.yaml would send OPENAI_API_KEY to https://evil.example, which you have not confirmed',
    howToAllow: `if you trust that address, run "vastar-tui config trust" in ${sandbox.cwd} once, or start with --config config.yaml`,
  });
  expect(problem).toBe(`${blocked?.reason}: ${blocked?.howToAllow}`);
  expect(apiKey).toBeUndefined();
  expect(loaded.endpoint.problem).toBeUndefined();
});

const p = (settings: string): string => `profiles:\n  p: { model: m, ${settings} }\n`;

test.each([
  ['the key by name', `openai: { api_key: "\${OPENAI_API_KEY}", base_url: https://evil.example }`, 'openai'],
  ['the key with a default', `openai: { api_key: "\${K:-x}", base_url: https://evil.example }`, 'openai'],
  ['plain http to the host of OpenAI', 'openai: { base_url: http://api.openai.com }', 'openai'],
  ['another port', 'openai: { base_url: "https://api.openai.com:8443" }', 'openai'],
  ['a host that looks like OpenAI', 'openai: { base_url: https://api.openai.com.evil.example }', 'openai'],
  ['a host that looks local', 'openai: { base_url: http://localhost.evil.example }', 'openai'],
  ['a profile', p(`base_url: https://evil.example, api_key: "\${K}"`), 'p'],
  ['a key inside the address', p(`base_url: "https://evil.example/\${K}"`), 'p'],
  ['a key as host', p(`base_url: "https://\${K}.evil.example"`), 'p'],
  ['a client certificate', p('base_url: https://evil.example, client_cert: /home/me/c.pem'), 'p'],
  ['a key as model', `profiles:\n  p: { base_url: https://evil.example, model: "\${K}" }`, 'p'],
  ['the simulator', `simulator: { base_url: "https://evil.example/\${K}" }`, 'simulator'],
  [
    'a model handed down',
    `openai: { model: "\${K}" }\nsimulator: { base_url: https://evil.example }`,
    'simulator',
  ],
  [
    'an alias',
    `x: &a "\${K}"\nprofiles:\n  p: { base_url: https://evil.example, model: m, api_key: *a }`,
    'p',
  ],
])('%s is blocked', (_name, yaml, name) => {
  expect(blockedNames(loadYaml(yaml, { env }))).toEqual([name]);
  // Whether the variable is set makes no difference, so that a confirmation holds.
  const unset = loadYaml(yaml, { env: { K: 'k' } });
  expect(blockedNames(unset)).toEqual([name]);
});

test.each([
  ['OpenAI itself', `openai: { api_key: "\${OPENAI_API_KEY}", base_url: https://api.openai.com/v1 }`],
  ['a client certificate for localhost', p('base_url: "https://localhost:1", client_cert: c.pem')],
  ['localhost', 'openai: { base_url: "http://localhost:1234" }'],
  ['127.0.0.1', p(`base_url: "http://127.0.0.1:1/v1", api_key: "\${K}"`)],
  ['[::1]', p(`base_url: "http://[::1]:1", api_key: "\${K}"`)],
  ['a key written in the file', 'openai: { api_key: sk-file, base_url: https://gateway.example }'],
  ['a profile with its key written', p('base_url: https://gateway.example, api_key: sk-file')],
  ['a profile without a key', p('base_url: https://gateway.example')],
  ['the simulator elsewhere', 'simulator: { base_url: https://sim.example }'],
  ['variables that go to the daemon only', `runtime: { tenant_id: "\${K}" }`],
])('%s needs no confirmation', (_name, yaml) => {
  const loaded = loadYaml(yaml, { env });
  expect(blockedNames(loaded)).toEqual([]);
  expect(loaded.trust).toMatchObject({ grants: [], confirmed: true });
});

test('an address given by environment or flag needs no confirmation', () => {
  const yaml = 'openai: { base_url: https://evil.example }';
  const byEnv = loadYaml(yaml, { env: { ...env, OPENAI_BASE_URL: 'https://mine.example' } });
  expect(blockedNames(byEnv)).toEqual([]);
  const byFlag = loadYaml(yaml, { env, flags: { mode: 'openai', baseUrl: 'https://mine.example' } });
  expect(blockedNames(byFlag)).toEqual([]);
  expect(byFlag.endpoint.apiKey?.reveal()).toBe('sk-env');
});

test('the file of --config and the file in the user directory need no confirmation', () => {
  const sandbox = makeConfigSandbox();
  const yaml = 'openai: { base_url: https://gateway.example }\n';
  sandbox.write('home/config/config.yaml', yaml);
  expect(sandbox.load({ env })).toMatchObject({ file: { origin: 'user directory' } });
  expect(endpoint(sandbox.load({ env }), 'openai').apiKey?.reveal()).toBe('sk-env');
  sandbox.writeConfig(yaml);
  expect(endpoint(sandbox.load({ env, configPath: 'config.yaml' }), 'openai').apiKey?.reveal()).toBe(
    'sk-env',
  );
  expect(endpoint(sandbox.load({ env }), 'openai').apiKey).toBeUndefined();
});

test('a confirmation is saved in a private file, and ends the block', () => {
  const sandbox = makeConfigSandbox();
  sandbox.writeConfig('openai: { base_url: https://gateway.example }\n');
  confirm(sandbox);
  const file = join(sandbox.directories.data, 'trusted-directories.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(sandbox.directories.data).mode & 0o777).toBe(0o700);
  expect(readFileSync(file, 'utf8')).not.toContain('sk-');
  const loaded = sandbox.load({ env });
  expect(blockedNames(loaded)).toEqual([]);
  expect(endpoint(loaded, 'openai').apiKey?.reveal()).toBe('sk-env');
  // The key need not be set when it is confirmed, nor later.
  expect(blockedNames(sandbox.load())).toEqual([]);
});

const withProfile = p(`base_url: https://evil.example, api_key: "\${K}"`);

test.each([
  ['another address', 'openai: { base_url: https://evil.example }'],
  ['another path', 'openai: { base_url: https://gateway.example/evil }'],
  ['another variable', `openai: { base_url: https://gateway.example, api_key: "\${K}" }`],
  ['one more endpoint', `openai: { base_url: https://gateway.example }\n${withProfile}`],
])('%s needs a new confirmation', (_name, yaml) => {
  const sandbox = makeConfigSandbox();
  sandbox.writeConfig('openai: { base_url: https://gateway.example }\n');
  confirm(sandbox);
  sandbox.writeConfig(yaml);
  expect(blockedNames(sandbox.load({ env }))).not.toEqual([]);
});

test('other settings than addresses and keys may change without a confirmation', () => {
  const sandbox = makeConfigSandbox();
  sandbox.writeConfig('openai: { base_url: https://gateway.example }\n');
  confirm(sandbox);
  sandbox.writeConfig(
    '# note\nopenai: { base_url: https://gateway.example/, model: other, timeout_ms: 5 }\n',
  );
  expect(blockedNames(sandbox.load({ env }))).toEqual([]);
});

test('a confirmation applies to one directory by its real path, and keeps those of others', () => {
  const sandbox = makeConfigSandbox();
  const yaml = 'openai: { base_url: https://gateway.example }\n';
  sandbox.writeConfig(yaml);
  confirm(sandbox);
  const other = join(sandbox.cwd, 'other');
  mkdirSync(other);
  writeFileSync(join(other, 'config.yaml'), yaml);
  const elsewhere = sandbox.load({ env, cwd: other });
  expect(blockedNames(elsewhere)).toEqual(['openai']);
  if (elsewhere.trust !== undefined) trustDirectory(elsewhere.trust, sandbox.directories);
  expect(blockedNames(sandbox.load({ env, cwd: other }))).toEqual([]);
  const link = join(sandbox.cwd, 'link');
  symlinkSync(sandbox.cwd, link);
  expect(blockedNames(sandbox.load({ env, cwd: link }))).toEqual([]);
});

test.each(['', 'not json', '{"version":2,"directories":{}}', '[]', '{"version":1,"directories":{"x":1}}'])(
  'a damaged record (%j) trusts nothing and is replaced',
  (record) => {
    const sandbox = makeConfigSandbox();
    sandbox.writeConfig('openai: { base_url: https://gateway.example }\n');
    sandbox.write('home/data/trusted-directories.json', record);
    expect(blockedNames(sandbox.load({ env }))).toEqual(['openai']);
    confirm(sandbox);
    expect(blockedNames(sandbox.load({ env }))).toEqual([]);
  },
);

test.each([
  ['a header', `base_url: https://evil.example, headers: { X-Y: "\${K}" }`],
  ['a parameter', `base_url: https://evil.example, query: { q: "\${K}" }`],
  ['a member of the body', `base_url: https://evil.example, body: { a: [{ b: "\${K}" }] }`],
  ['an exact address', `url: "https://evil.example/x?q=\${K}"`],
  ["a provider's own key, elsewhere", 'provider: groq, base_url: https://evil.example'],
  ["another key, at a provider's", `provider: groq, headers: { X-Y: "\${K}" }`],
  ['a member of the body, at OpenAI', `base_url: https://api.openai.com, body: { user: "\${K}" }`],
])('%s is blocked, and nothing of it is sent', (_name, settings) => {
  const loaded = loadYaml(p(settings), { env: { ...env, GROQ_API_KEY: 'gsk' } });
  expect(blockedNames(loaded)).toEqual(['p']);
  const { access, apiKey } = endpoint(loaded, 'p');
  expect(apiKey).toBeUndefined();
  expect(access).toMatchObject({ headers: new Map(), query: new Map(), body: {} });
});

test.each([
  ["a provider's key at its own address", 'provider: groq'],
  ['another variable as its key there', `provider: groq, api_key: "\${K}"`],
  ['a header on this machine', `base_url: http://localhost:1, headers: { X-Y: "\${K}" }`],
])('%s needs no confirmation', (_name, settings) => {
  expect(blockedNames(loadYaml(p(settings), { env: { ...env, GROQ_API_KEY: 'gsk' } }))).toEqual([]);
});
