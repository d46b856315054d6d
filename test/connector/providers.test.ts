import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROVIDER_NAMES, PROVIDERS } from '../../src/config/endpoints/providers.js';
import { loadConfigObject } from '../../src/config/load.js';
import { OpenAIStreamConnector } from '../../src/index.js';
import { DOCUMENTED } from '../fixtures/providers.js';
import { type TestDaemon, testDaemon } from '../support/protocol/daemon.js';
import { deltaOf, FINISH, type Handler, sseEvents, startUpstream } from '../support/servers/upstream.js';

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await testDaemon();
});
afterAll(() => daemon.close());

/** Answers requests that follow the provider's documentation and refuses all others. */
function providerServer(documented: (typeof DOCUMENTED)[keyof typeof DOCUMENTED]): Handler {
  return ({ method, path, headers, body }, response) => {
    const refuse = (status: number, message: string): void => {
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: { message } }));
    };
    const url = new URL(path, 'http://host');
    const credentials = ['authorization', 'api-key'].filter((name) => name in documented.headers);
    for (const name of credentials) {
      if (headers[name] !== documented.headers[name]) return refuse(401, 'the key is missing or wrong');
    }
    if (method === 'GET') {
      if (path !== documented.models) return refuse(404, 'no such route');
      response.writeHead(200, { 'content-type': 'application/json' });
      return void response.end('{"data":[{"id":"maker/model-1"}]}');
    }
    if (url.pathname !== documented.path) return refuse(404, 'no such route');
    const members: object = JSON.parse(body.toString());
    for (const name of documented.refuses ?? []) {
      if (name in members) return refuse(422, `${name}: extra inputs are not permitted`);
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    return void response.end(sseEvents(deltaOf('Hi'), FINISH, '[DONE]').join(''));
  };
}

test.each(PROVIDER_NAMES)(
  'a request to %s has the documented address, headers and body',
  async (provider) => {
    const documented = DOCUMENTED[provider];
    const upstream = await startUpstream(providerServer(documented));
    const { variable } = documented;
    const loaded = loadConfigObject(
      { profiles: { p: { provider, base_url: upstream.url, model: 'maker/model-1' } } },
      { env: variable === undefined ? {} : { [variable]: 'test-key' }, flags: { mode: 'p' } },
    );
    const connector = new OpenAIStreamConnector(loaded, { socketPath: daemon.path });
    try {
      expect(loaded.endpoint.problem).toBeUndefined();
      expect(await connector.exchange([{ role: 'user', content: 'Hi' }])).toMatchObject({
        outcome: 'complete',
        text: 'Hi',
      });
      const request = await upstream.request(0);
      const url = new URL(request.path, upstream.url);
      expect(url.pathname).toBe(documented.path);
      expect(Object.fromEntries(url.searchParams)).toEqual(documented.query ?? {});
      expect(request.headers).toMatchObject(documented.headers);
      for (const name of documented.without) expect(request.headers).not.toHaveProperty(name);
      const body = JSON.parse(request.body.toString());
      expect(body).toMatchObject({
        model: 'maker/model-1',
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
      });
      for (const name of documented.refuses ?? []) expect(body).not.toHaveProperty(name);
      if (documented.models === null) {
        await expect(connector.listModels()).rejects.toThrow('set model by hand: p has no list of models');
      } else {
        expect(await connector.listModels()).toEqual(['maker/model-1']);
      }
    } finally {
      await connector.close();
      await upstream.close();
    }
  },
);

test.each(PROVIDER_NAMES)('%s has its documented address', (provider) => {
  const { baseUrl } = PROVIDERS[provider];
  const path = DOCUMENTED[provider].path
    .replace(/\/chat\/completions$/, '')
    .replace('maker%2Fmodel-1', '{model}');
  expect(baseUrl).toMatch(/^https?:\/\/[^/]+/);
  expect(baseUrl.replace(/^https?:\/\/[^/]+/, '')).toBe(path);
});

test.each(PROVIDER_NAMES)('%s without its key names the variable to set, or needs no key', (provider) => {
  const base_url = provider === 'azure' ? 'https://r.openai.azure.com' : undefined;
  const profile = { provider, model: 'm', ...(base_url !== undefined && { base_url }) };
  const { endpoint } = loadConfigObject({ profiles: { p: profile } }, { env: {}, flags: { mode: 'p' } });
  const optional = new URL(endpoint.baseUrl).hostname === 'localhost';
  const { variable } = DOCUMENTED[provider];
  if (optional) expect(endpoint.problem).toBeUndefined();
  else expect(endpoint.problem).toContain(`${variable} is not set: export ${variable}=…`);
});
