import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { answerRequest, modelsRequest } from '../../../src/config/endpoints/endpoint-request.js';
import { ConfigError } from '../../../src/config/problem.js';
import type { ConfigFlags } from '../../../src/config/sources/flags.js';
import { endpoint, lines, loadYaml } from '../config-sandbox.js';

const p = (settings: string): string => `profiles:\n  p: { model: m, ${settings} }\n`;
const requestOf = (settings: string, env: Record<string, string> = {}) =>
  answerRequest(endpoint(loadYaml(p(settings), { env }), 'p'));

test.each([
  ['base_url: https://h/v1/chat/completions', 'https://h/v1/chat/completions', 'https://h/v1/models'],
  [
    'base_url: https://h/inference/chat/completions',
    'https://h/inference/chat/completions',
    'https://h/inference/models',
  ],
  ['base_url: https://h/v1.1', 'https://h/v1.1/chat/completions', 'https://h/v1.1/models'],
  ['base_url: https://h/api/v3', 'https://h/api/v3/chat/completions', 'https://h/api/v3/models'],
  ['base_url: https://h/v2ray', 'https://h/v2ray/v1/chat/completions', 'https://h/v2ray/v1/models'],
  [
    'base_url: https://h/inference',
    'https://h/inference/v1/chat/completions',
    'https://h/inference/v1/models',
  ],
  ['url: https://h/ask', 'https://h/ask', undefined],
  [
    'url: "https://h/chat/completions?api-version=1"',
    'https://h/chat/completions?api-version=1',
    'https://h/models?api-version=1',
  ],
  ['url: "https://h/d/{model}/chat/completions"', 'https://h/d/m/chat/completions', 'https://h/d/m/models'],
  [
    'provider: github-models, api_key: k',
    'https://models.github.ai/inference/chat/completions',
    'https://models.github.ai/catalog/models',
  ],
  [
    'provider: github-models, api_key: k, base_url: https://h/mine',
    'https://h/mine/chat/completions',
    'https://h/catalog/models',
  ],
  [
    'provider: azure, api_key: k, base_url: https://r.openai.azure.com/openai/v1',
    'https://r.openai.azure.com/openai/v1/chat/completions',
    'https://r.openai.azure.com/openai/v1/models',
  ],
  [
    'provider: azure, api_key: k, base_url: https://r.openai.azure.com, query: { api-version: 2025-01-01-preview }',
    'https://r.openai.azure.com/openai/deployments/m/chat/completions?api-version=2025-01-01-preview',
    'https://r.openai.azure.com/openai/models?api-version=2025-01-01-preview',
  ],
  [
    'provider: azure, api_key: k, api: responses, base_url: https://r.openai.azure.com',
    'https://r.openai.azure.com/openai/v1/responses',
    'https://r.openai.azure.com/openai/models?api-version=2024-10-21',
  ],
  [
    'provider: azure, api_key: k, api: anthropic, base_url: https://r.services.ai.azure.com',
    'https://r.services.ai.azure.com/anthropic/v1/messages',
    'https://r.services.ai.azure.com/openai/models?api-version=2024-10-21',
  ],
  [
    'provider: deepseek, api_key: k, api: anthropic',
    'https://api.deepseek.com/anthropic/v1/messages',
    'https://api.deepseek.com/models',
  ],
  [
    'provider: deepseek, api_key: k, api: anthropic, base_url: https://api.deepseek.com/anthropic',
    'https://api.deepseek.com/anthropic/v1/messages',
    'https://api.deepseek.com/models',
  ],
  [
    'provider: deepseek, api_key: k, base_url: https://api.deepseek.com/v1',
    'https://api.deepseek.com/v1/chat/completions',
    'https://api.deepseek.com/v1/models',
  ],
  ['provider: perplexity, api_key: k, api: responses', 'https://api.perplexity.ai/v1/responses', undefined],
])('%s sends requests to %s, and to %s for models', (settings, answers, models) => {
  const one = endpoint(loadYaml(p(settings)), 'p');
  expect(answerRequest(one).url).toBe(answers);
  expect(modelsRequest(one)?.url).toBe(models);
});

test.each([
  ['bearer', { authorization: 'Bearer u:k' }],
  ['api-key', { 'api-key': 'u:k' }],
  ['x-api-key', { 'x-api-key': 'u:k' }],
  ['basic', { authorization: 'Basic dTpr' }],
  ['none', {}],
  ['X-Gateway-Key', { 'x-gateway-key': 'u:k' }],
])('auth: %s sends the key only in that way', (auth, headers) => {
  expect(requestOf(`base_url: https://h, api_key: "u:k", auth: ${auth}`).headers).toEqual(headers);
});

test('a header of the endpoint replaces the one with the key, in any case', () => {
  expect(
    requestOf('base_url: https://h, api_key: k, headers: { AUTHORIZATION: "Custom x" }').headers,
  ).toEqual({
    authorization: 'Custom x',
  });
});

test.each([
  ['headers: { Host: x }', 'cannot be set: use a header'],
  ['headers: { "X Y": x }', 'cannot be set: use a header'],
  ['headers: { X: "a\\nb" }', 'profiles.p.headers.X must be at most 8192 visible characters on one line'],
  [
    'auth: "two words"',
    'profiles.p.auth must be bearer, api-key, x-api-key, basic, none or the name of a header',
  ],
  ['url: "https://h/#x"', 'profiles.p.url must not have a'],
  ['url: "ftp://h/"', 'profiles.p.url must be an http or https address'],
  ['provider: nobody', 'profiles.p.provider must be one of azure,'],
  ['api: soap', 'profiles.p.api must be one of chat-completions'],
])('%s is refused, and the endpoint is kept', (settings, message) => {
  const loaded = loadYaml(p(`base_url: https://h, ${settings}`));
  expect(lines(loaded).join('\n')).toContain(message);
  expect(endpoint(loaded, 'p').baseUrl).toBe('https://h');
});

test('a profile needs an address: base_url, url, or a provider with one', () => {
  expect(lines(loadYaml(p('provider: azure'))).join()).toContain(
    'profiles.p.base_url is missing; profile "p" is left out',
  );
  expect(endpoint(loadYaml(p('provider: ollama')), 'p').baseUrl).toBe('http://localhost:11434/v1');
});

test('an unset variable in a header blocks only its endpoint', () => {
  const loaded = loadYaml(p(`base_url: http://localhost, headers: { X-Key: "\${GONE}" }`));
  expect(loaded.problems).toEqual([]);
  expect(endpoint(loaded, 'p').problem).toContain('GONE is not set: export GONE=…');
  expect(endpoint(loaded, 'openai').problem).not.toContain('GONE');
});

test("OpenAI's key is not sent to another provider", () => {
  const env = { OPENAI_API_KEY: 'sk-openai', GROQ_API_KEY: 'gsk' };
  expect(endpoint(loadYaml('openai: { provider: groq }', { env }), 'openai').apiKey?.reveal()).toBe('gsk');
  const { OPENAI_API_KEY } = env;
  const without = endpoint(loadYaml('openai: { provider: groq }', { env: { OPENAI_API_KEY } }), 'openai');
  expect(without.apiKey).toBeUndefined();
  expect(without.problem).toContain('GROQ_API_KEY is not set');
});

const withFlags = (flags: ConfigFlags, env: Record<string, string> = {}, yaml = p('base_url: https://h')) =>
  loadYaml(yaml, { env, flags: { mode: 'p', ...flags } }).endpoint;

test('flags win over the file, member by member', () => {
  const yaml = p('base_url: https://h, headers: { X-A: file, X-B: file }, body: { a: { b: 1, c: 2 }, d: 3 }');
  const one = withFlags(
    {
      header: ['x-a: flag:1', `X-Key: \${TOKEN}`],
      query: ['v=a=b'],
      set: ['a.b={"e":1}', 'd=null', 'f=text', 'g=0.5'],
      stream: false,
      auth: 'none',
    },
    { TOKEN: 'from-environment' },
    yaml,
  );
  expect(answerRequest(one)).toMatchObject({
    url: 'https://h/v1/chat/completions?v=a%3Db',
    headers: { 'x-a': 'flag:1', 'x-b': 'file', 'x-key': 'from-environment' },
  });
  expect(one.access).toMatchObject({
    stream: false,
    auth: 'none',
    body: { a: { b: { e: 1 }, c: 2 }, d: null, f: 'text', g: 0.5 },
  });
});

test('an address by flag replaces the exact address in the file', () => {
  const yaml = p('url: https://file/ask');
  expect(answerRequest(withFlags({ baseUrl: 'https://flag' }, {}, yaml)).url).toBe(
    'https://flag/v1/chat/completions',
  );
  expect(answerRequest(withFlags({ url: 'https://flag/ask' }, {}, yaml)).url).toBe('https://flag/ask');
});

test.each([
  [{ header: ['no colon'] }, "--header: must be 'Name: value'"],
  [{ query: ['none'] }, '--query: must be name=value'],
  [{ set: ['=1'] }, '--set: must be name=value'],
  [{ header: [`X: \${GONE}`] }, 'GONE is not set'],
  [{ header: ['Host: x'] }, 'cannot be set: use a header'],
])('the flag %j is refused', (flags, message) => {
  expect(() => withFlags(flags)).toThrow(ConfigError);
  expect(() => withFlags(flags)).toThrow(message);
});

test('null and lists in a body are kept, and variables in them are replaced', () => {
  const loaded = loadYaml(
    p(`base_url: http://localhost, body: { stop: ["\${END}", x], stream_options: null, n: { m: ~ } }`),
    {
      env: { END: 'enough' },
    },
  );
  expect(endpoint(loaded, 'p').access.body).toEqual({
    stop: ['enough', 'x'],
    stream_options: null,
    n: { m: null },
  });
});

test('secrets are recognised by name and by their variable, and are not shown', () => {
  const env = { GATEWAY_TOKEN: 'token-by-variable', REGION: 'eu-west' };
  const settings =
    `base_url: http://localhost, headers: { X-Api-Key: secret-header, X-Team: "\${GATEWAY_TOKEN}/\${REGION}", Authorization: Bearer secret-word }, ` +
    'query: { sig: secret-query, v: one }, body: { nested: { password: secret-member }, user: me }';
  const loaded = loadYaml(p(settings), { env, flags: { mode: 'p' } });
  const secrets = loaded.endpoint.access.secrets.map((secret) => secret.reveal());
  expect(secrets).toEqual(
    expect.arrayContaining([
      'secret-header',
      'token-by-variable',
      'secret-word',
      'secret-query',
      'secret-member',
    ]),
  );
  expect(secrets).not.toEqual(expect.arrayContaining(['eu-west', 'one', 'me']));
  const { url, shownUrl } = answerRequest(loaded.endpoint);
  expect(url).toBe('http://localhost/v1/chat/completions?sig=secret-query&v=one');
  expect(shownUrl).toBe('http://localhost/v1/chat/completions?sig=hidden&v=one');
  const { access } = loaded.endpoint;
  const shown = inspect({ ...access, body: {} }, { depth: 9, showHidden: true });
  expect(shown).not.toMatch(/secret-(header|query|member)|token-by/);
});
