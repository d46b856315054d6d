import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { discover } from '../../../src/commands/chat/discover.js';
import { loadConfigObject } from '../../../src/config/load.js';
import type { ConfigObject } from '../../../src/config/sources/config-object.js';
import { OpenAIStreamConnector } from '../../../src/index.js';
import { type TestDaemon, testDaemon } from '../../support/protocol/daemon.js';
import { freePort } from '../../support/servers/free-port.js';
import {
  deltaOf,
  FINISH,
  type Handler,
  sseEvents,
  startUpstream,
  type Upstream,
} from '../../support/servers/upstream.js';

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await testDaemon();
});
afterAll(() => daemon.close());

const ollama: Handler = ({ method }, response) => {
  if (method === 'GET')
    return void response.end('{"object":"list","data":[{"id":"llama3.2"},{"id":"qwen3"}]}');
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  return void response.end(sseEvents(deltaOf('Hi'), FINISH, '[DONE]').join(''));
};

async function server(handler: Handler): Promise<Upstream> {
  const upstream = await startUpstream(handler);
  onTestFinished(() => upstream.close());
  return upstream;
}

async function search(settings: ConfigObject): Promise<OpenAIStreamConnector> {
  const loaded = loadConfigObject(settings, { env: { OPENAI_API_KEY: 'sk-secret' } });
  const connector = new OpenAIStreamConnector(loaded, { socketPath: daemon.path });
  onTestFinished(() => connector.close());
  await discover(connector, loaded.config.discover, new AbortController().signal);
  return connector;
}

test('a server on this machine first gets only a request for its models, without a key; then it can answer questions', async () => {
  const upstream = await server(ollama);
  const connector = await search({
    openai: { api_key: 'sk-secret' },
    simulator: { enabled: false },
    discover: { ollama: upstream.port },
  });
  expect(upstream.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /v1/models']);
  expect(upstream.requests[0]?.headers).not.toHaveProperty('authorization');
  const found = connector.endpoints.at(-1);
  expect(found).toMatchObject({ name: 'ollama', kind: 'found', model: 'llama3.2' });
  connector.use('ollama');
  expect(await connector.exchange([{ role: 'user', content: 'Hi' }])).toMatchObject({ text: 'Hi' });
  expect(upstream.requests[1]?.headers).not.toHaveProperty('authorization');
});

test('a server that lists no models or does not listen is not offered', async () => {
  const page = await server((_request, response) => void response.end('<html>Hello</html>'));
  const connector = await search({ discover: { vllm: page.port, ollama: await freePort() } });
  expect(connector.endpoints.map(({ name }) => name)).toEqual(['simulator', 'openai']);
});

test('the search skips addresses that are in the configuration', async () => {
  const upstream = await server(ollama);
  const profiles = { mine: { base_url: `http://localhost:${upstream.port}`, model: 'm' } };
  const connector = await search({ profiles, discover: { ollama: upstream.port } });
  expect(upstream.requests).toEqual([]);
  expect(connector.endpoints.map(({ name }) => name)).toEqual(['simulator', 'openai', 'mine']);
});

test('discover: false searches no port', () => {
  const { config } = loadConfigObject({ discover: false }, { env: {} });
  expect(config.discover.size).toBe(0);
  expect(loadConfigObject({}, { env: {} }).config.discover.get('ollama')).toBe(11434);
});
