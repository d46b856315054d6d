import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ExchangeEvent, OpenAIStreamConnector } from '../../src/index.js';
import { type TestDaemon, testDaemon } from '../support/protocol/daemon.js';
import { deltaOf, FINISH, sseEvents, startUpstream, type Upstream } from '../support/servers/upstream.js';

const KEY = 'sk-secret-4711';
const TEAM = 'team/secret+0815';

let daemon: TestDaemon;
let upstream: Upstream;
beforeEach(async () => {
  daemon = await testDaemon();
  upstream = await startUpstream((_request, response) => {
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'x-ratelimit-remaining-tokens': '149984',
      'set-cookie': ['__cf_bm=secret-cookie; path=/', 'b=secret-too'],
      'x-said-back': `you sent ${KEY}`,
      'www-authenticate': 'Bearer realm="x"',
      'x-request-id': 'req_1',
    });
    response.end(sseEvents(deltaOf('Hello'), FINISH).join(''));
  });
});
afterEach(async () => {
  await upstream.close();
  await daemon.close();
});

async function ask(section: Record<string, unknown>): Promise<ExchangeEvent[]> {
  const connector = new OpenAIStreamConnector(
    {
      openai: { base_url: upstream.url, api_key: KEY, model: 'm', ...section },
      simulator: { enabled: false },
    },
    { socketPath: daemon.path },
  );
  const events: ExchangeEvent[] = [];
  await connector.exchange([{ role: 'user', content: `hi, ${KEY}` }], {
    onEvent: (event) => events.push(event),
  });
  await connector.close();
  return events;
}

const of = <T extends ExchangeEvent['type']>(events: readonly ExchangeEvent[], type: T) =>
  events.find((event): event is Extract<ExchangeEvent, { type: T }> => event.type === type);

test('the request event has the sent address with its query, all headers and the body, without keys', async () => {
  const events = await ask({
    headers: { 'X-Team': 'blue', 'X-Team-Token': TEAM },
    query: { 'api-version': '2024-10-21', sig: TEAM },
    body: { seed: 7 },
  });
  const request = of(events, 'request');
  const seen = await upstream.request(0);
  const { host: _host, connection: _connection, 'content-length': _length, ...headers } = seen.headers;
  expect(request?.method).toBe(seen.method);
  expect(request?.url).toBe(`${upstream.url}/v1/chat/completions?api-version=2024-10-21&sig=hidden`);
  expect(headers).toMatchObject({ authorization: `Bearer ${KEY}`, 'x-team-token': TEAM });
  expect(request?.headers).toEqual({
    ...headers,
    authorization: 'Bearer [hidden]',
    'x-team-token': '[hidden]',
  });
  expect(request?.body).toBe(seen.body.toString().replace(KEY, '[key removed]'));
  expect(JSON.stringify(events)).not.toMatch(/sk-secret|team\/secret/);
});

test('the event hides a key in any header and shows the header’s name', async () => {
  const events = await ask({ auth: 'X-Custom', api_key: 'short' });
  expect((await upstream.request(0)).headers).toMatchObject({ 'x-custom': 'short' });
  expect(of(events, 'request')?.headers).toMatchObject({ 'x-custom': '[hidden]' });
});

test('the event lists response headers with the request id first, without cookies and keys', async () => {
  const headers = of(await ask({}), 'headers')?.headers ?? {};
  expect(Object.keys(headers)[0]).toBe('x-request-id');
  expect(headers).toMatchObject({
    'x-request-id': 'req_1',
    'set-cookie': '[hidden]',
    'x-said-back': 'you sent [key removed]',
    'x-ratelimit-remaining-tokens': '149984',
    'www-authenticate': 'Bearer realm="x"',
  });
});
