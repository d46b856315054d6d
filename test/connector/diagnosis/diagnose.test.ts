import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { loadConfigObject } from '../../../src/config/load.js';
import type { ConfigObject } from '../../../src/config/sources/config-object.js';
import { type Diagnosis, diagnose } from '../../../src/connector/diagnosis/diagnose.js';
import { RuntimeClient } from '../../../src/index.js';
import { type TestDaemon, testDaemon } from '../../support/protocol/daemon.js';
import { freePort } from '../../support/servers/free-port.js';
import {
  deltaOf,
  FINISH,
  type Handler,
  type SeenRequest,
  sseEvents,
  startTcpUpstream,
  startUpstream,
  type Upstream,
} from '../../support/servers/upstream.js';

const tls = (name: string): Buffer => readFileSync(join(import.meta.dirname, '../../fixtures/tls', name));

let daemon: TestDaemon;
let client: RuntimeClient;
beforeAll(async () => {
  daemon = await testDaemon({ pool: { ca: tls('ca.cert.pem').toString() } });
  client = new RuntimeClient({ socketPath: daemon.path });
});
afterAll(async () => {
  await client.close();
  await daemon.close();
});

type Profile = NonNullable<ConfigObject['profiles']>[string];

/** A provider at /v1 that accepts `Bearer right` and the model `right`, and refuses the rest as a real one would. */
const provider: Handler = ({ method, path, headers, body }, response) => {
  const json = (status: number, value: unknown): void =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  const { pathname, searchParams } = new URL(path, 'http://host');
  if (pathname.startsWith('/moved'))
    return void response.writeHead(301, { location: '/v1/chat/completions' }).end();
  if (pathname.startsWith('/page')) {
    return void response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<html><title>Welcome</title></html>');
  }
  if (pathname.includes('/deployments/')) {
    if (headers['api-key'] !== 'right') return json(401, { error: { message: 'Access denied' } });
    if (!searchParams.has('api-version'))
      return json(404, { error: { code: '404', message: 'Resource not found' } });
  } else {
    if (pathname !== '/v1/models' && pathname !== '/v1/chat/completions')
      return json(404, { detail: 'Not Found' });
    if (headers.authorization !== 'Bearer right') return json(401, { error: { message: 'Invalid key' } });
    if (method === 'GET') return json(200, { data: [{ id: 'right-1' }, { id: 'other' }] });
  }
  const { model } = JSON.parse(body.toString());
  if (model !== 'right-1') return json(404, { error: { message: `The model ${model} does not exist` } });
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  return void response.end(sseEvents(deltaOf('OK'), FINISH, '[DONE]').join(''));
};

async function examine(profile: Profile): Promise<Diagnosis> {
  const { endpoint } = loadConfigObject({ profiles: { p: profile } }, { env: {}, flags: { mode: 'p' } });
  return diagnose(client, endpoint);
}

const RIGHT = { api_key: 'right', model: 'right-1' };

test.each<[string, string, Partial<Profile>, string, string]>([
  ['a wrong key', '/v1', { api_key: 'wrong' }, 'key', 'check api_key'],
  ['no key', '/v1', { api_key: undefined }, 'key', 'set api_key'],
  ['another way to send the key', '/v1', { auth: 'x-api-key' }, 'authentication', 'set auth: bearer'],
  ['a wrong path', '/api/v2', {}, 'path', 'set base_url: http://127.0.0.1:'],
  [
    'no api-version',
    '/openai/deployments/right-1/chat/completions',
    { auth: 'api-key' },
    'api-version',
    'set query: { api-version:',
  ],
  ['a misspelt model', '/v1', { model: 'rihgt-1' }, 'model', 'set model, e.g. right-1'],
  ['a moved address', '/moved/chat/completions', {}, 'redirect', 'set base_url to the address'],
  ['the address of a web page', '/page/v1', {}, 'web page', 'set base_url to the address of the API'],
])('%s: the diagnosis names the fault and gives advice', async (_name, path, wrong, fault, advice) => {
  const upstream = await startUpstream(provider);
  onTestFinished(() => upstream.close());
  const found = await examine({ ...RIGHT, base_url: `${upstream.url}${path}`, ...wrong });
  expect(found).toMatchObject({ works: false, fault, advice: expect.stringContaining(advice) });
  expect(JSON.stringify(found)).not.toContain('Bearer');
});

test('a correct endpoint answers one request', async () => {
  const upstream = await startUpstream(provider);
  onTestFinished(() => upstream.close());
  expect(await examine({ ...RIGHT, base_url: upstream.url })).toEqual({
    works: true,
    detail: 'right-1 answers',
  });
  expect(upstream.requests).toHaveLength(1);
});

test('a closed port is diagnosed as refused', async () => {
  expect(await examine({ ...RIGHT, base_url: `http://127.0.0.1:${await freePort()}` })).toMatchObject({
    fault: 'refused',
    advice: 'start the server there, or correct host and port',
  });
});

test.each([
  ['SSH-2.0-OpenSSH_9.9\r\n', 'correct host and port'],
  ['\x15\x03\x01\x00\x02\x02\x46', 'begin base_url with https:'],
])('a server without HTTP is diagnosed: %j', async (greeting, advice) => {
  const upstream = await startTcpUpstream((socket) => socket.once('data', () => socket.end(greeting)));
  onTestFinished(() => upstream.close());
  expect(await examine({ ...RIGHT, base_url: upstream.url })).toMatchObject({
    fault: greeting.startsWith('SSH') ? 'no http' : 'scheme',
    advice: expect.stringContaining(advice),
  });
});

test('a host that does not exist is diagnosed as name', async () => {
  expect(await examine({ ...RIGHT, base_url: 'http://absent.invalid' })).toMatchObject({ fault: 'name' });
});

test('a missing key variable is diagnosed before any request', async () => {
  expect(await examine({ provider: 'groq', model: 'm' })).toMatchObject({
    fault: 'not configured',
    detail: expect.stringContaining('GROQ_API_KEY is not set'),
  });
});

async function tlsServer(certificate: string, wantsClient: boolean): Promise<string> {
  const server = createServer(
    {
      cert: tls(`${certificate}.cert.pem`),
      key: tls(`${certificate}.key.pem`),
      ...(wantsClient && { requestCert: true, rejectUnauthorized: true, ca: tls('ca.cert.pem') }),
    },
    (_request, response) => response.end('{}'),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return `https://localhost:${typeof address === 'object' ? address?.port : ''}`;
}

test('a certificate from an unknown authority is diagnosed', async () => {
  expect(await examine({ ...RIGHT, base_url: await tlsServer('self-signed', false) })).toMatchObject({
    fault: 'certificate',
    advice: expect.stringContaining('--ca FILE'),
  });
});

test.each([
  ['expired', "renew the server's certificate"],
  ['wrong-host', 'set base_url to a host name that is in the certificate'],
])('a certificate that is %s is diagnosed with advice', async (certificate, advice) => {
  expect(await examine({ ...RIGHT, base_url: await tlsServer(certificate, false) })).toMatchObject({
    fault: 'certificate',
    advice: expect.stringContaining(advice),
  });
});

test('https at a port without TLS is diagnosed', async () => {
  const upstream = await startUpstream(provider);
  onTestFinished(() => upstream.close());
  expect(await examine({ ...RIGHT, base_url: upstream.url.replace('http:', 'https:') })).toMatchObject({
    fault: 'scheme',
    advice: 'begin base_url with http: if that port does not use TLS',
  });
});

test('a server that requires a client certificate is diagnosed', async () => {
  expect(await examine({ ...RIGHT, base_url: await tlsServer('localhost', true) })).toMatchObject({
    fault: 'client certificate',
  });
});

type Json = (status: number, value: unknown, headers?: Record<string, string>) => void;

/** Starts a server that answers with the handler's JSON. */
async function server(answer: (request: SeenRequest, json: Json) => void): Promise<Upstream> {
  const upstream = await startUpstream((request, response) =>
    answer(request, (status, value, headers = {}) => {
      const type = typeof value === 'string' ? 'text/html' : 'application/json';
      response
        .writeHead(status, { 'content-type': type, ...headers })
        .end(typeof value === 'string' ? value : JSON.stringify(value));
    }),
  );
  onTestFinished(() => upstream.close());
  return upstream;
}
const error = (message: string, code: unknown = null, type = 'invalid_request_error') => ({
  error: { message, type, param: null, code },
});
const CHAT = { choices: [{ index: 0, message: { content: 'OK' }, finish_reason: 'stop' }] };

test.each<[string, number, unknown, string, string]>([
  [
    'a model that only Responses have',
    404,
    error('This model is only supported in v1/responses and not in v1/chat/completions.'),
    'wire format',
    'set api: responses',
  ],
  [
    'an exact route of Responses',
    400,
    error("Unsupported parameter: 'messages'. In the Responses API, this parameter has moved to 'input'."),
    'wire format',
    'set api: responses',
  ],
  [
    "an exact route of Anthropic's Messages",
    400,
    {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'anthropic-version: header is required' },
    },
    'wire format',
    'set api: anthropic',
  ],
  [
    'a version that Anthropic does not have',
    400,
    error('anthropic-version: "2024-10-22" is not a valid version'),
    'api-version',
    'set headers: { anthropic-version: "2023-06-01" }',
  ],
  [
    'a country that OpenAI does not serve',
    403,
    error('Country, region, or territory not supported', 'unsupported_country_region_territory'),
    'region',
    'through a proxy elsewhere',
  ],
  [
    'a place that Gemini does not serve',
    400,
    [
      {
        error: {
          code: 400,
          message: 'User location is not supported for the API use.',
          status: 'FAILED_PRECONDITION',
        },
      },
    ],
    'region',
    'use another provider',
  ],
  [
    'an account without credit',
    429,
    error(
      'You exceeded your current quota, please check your plan and billing details.',
      'insufficient_quota',
    ),
    'quota',
    'add credit',
  ],
  ['a due payment', 402, error('Insufficient credits'), 'quota', 'add credit'],
  [
    'a limit of requests',
    429,
    error('Rate limit reached for requests'),
    'rate limit',
    'wait, then test again',
  ],
  [
    'plain HTTP at a port for HTTPS',
    400,
    '<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>',
    'scheme',
    'begin base_url with https:',
  ],
  [
    'the page of a proxy',
    403,
    '<html><title>Attention Required! | Cloudflare</title></html>',
    'web page',
    'set base_url',
  ],
])('%s is diagnosed from the refusal’s words', async (_name, status, body, fault, advice) => {
  const upstream = await server((_request, json) => json(status, body));
  const found = await examine({ ...RIGHT, base_url: upstream.url });
  expect(found).toMatchObject({ works: false, fault, advice: expect.stringContaining(advice) });
});

test('an error of a gateway that quotes a closed port is not diagnosed as one', async () => {
  const upstream = await server((_request, json) => json(500, error('connect ECONNREFUSED 127.0.0.1:11434')));
  expect(await examine({ ...RIGHT, base_url: upstream.url })).toMatchObject({ fault: 'other' });
});

test('a redirect to the same host with TLS is diagnosed as scheme', async () => {
  const upstream = await server(({ path, headers }, json) =>
    json(301, {}, { location: `https://${headers.host}${path}` }),
  );
  expect(await examine({ ...RIGHT, base_url: upstream.url })).toMatchObject({
    fault: 'scheme',
    advice: 'begin base_url with https:',
  });
});

test.each([
  ['responses', '/v1/responses', { object: 'response', status: 'completed', output: [] }],
  [
    'anthropic',
    '/v1/messages',
    { type: 'message', content: [{ type: 'text', text: 'OK' }], stop_reason: 'end_turn' },
  ],
])('a server that only accepts %s is diagnosed by a request in that format', async (api, route, answer) => {
  const upstream = await server(({ path, headers }, json) => {
    if (path !== route) return json(404, { detail: 'Not Found' });
    if (
      api === 'anthropic' &&
      (headers['x-api-key'] !== 'right' || headers['anthropic-version'] === undefined)
    )
      return json(401, error('authentication_error'));
    return json(200, answer);
  });
  expect(await examine({ ...RIGHT, base_url: upstream.url })).toMatchObject({
    fault: 'wire format',
    advice: `set api: ${api}`,
  });
});

test('a server that refuses every route alike is not diagnosed as another wire format', async () => {
  const upstream = await server(({ path }, json) =>
    path === '/v1/chat/completions' ? json(404, { detail: 'Not Found' }) : json(401, error('who are you?')),
  );
  expect(await examine({ ...RIGHT, base_url: upstream.url })).toMatchObject({ fault: 'path' });
});

test('an exact address of another wire format is diagnosed, whatever the server answers', async () => {
  const upstream = await server((_request, json) => json(422, { detail: 'input: Field required' }));
  expect(await examine({ ...RIGHT, url: `${upstream.url}/v1/responses` })).toMatchObject({
    fault: 'wire format',
    advice: 'set api: responses',
  });
});

test('an unknown Azure API version is distinguished from a missing deployment', async () => {
  const azure = await server(({ method, path, headers }, json) => {
    if (headers['api-key'] !== 'right')
      return json(401, { error: { code: '401', message: 'Access denied' } });
    const { pathname, searchParams } = new URL(path, 'http://host');
    if (searchParams.get('api-version') !== '2024-10-21')
      return json(404, { error: { code: '404', message: 'Resource not found' } });
    if (method === 'GET') return json(200, { data: [{ id: 'gpt-4o' }] });
    if (!pathname.includes('/deployments/mine/'))
      return json(404, {
        error: {
          code: 'DeploymentNotFound',
          message: 'The API deployment for this resource does not exist.',
        },
      });
    return json(200, CHAT);
  });
  const profile = { provider: 'azure', api_key: 'right', model: 'mine', base_url: azure.url } as const;
  expect(await examine(profile)).toMatchObject({ works: true });
  expect(await examine({ ...profile, query: { 'api-version': '2024-13-99' } })).toMatchObject({
    fault: 'api-version',
    advice: 'set query: { api-version: "2024-10-21" }',
  });
  expect(await examine({ ...profile, model: 'gone' })).toMatchObject({ fault: 'model' });
});

test('with a public list of models, a wrong key is not diagnosed as wrong authentication', async () => {
  const upstream = await server(({ method }, json) =>
    method === 'GET'
      ? json(200, { data: [{ id: 'right-1' }] })
      : json(401, error('No auth credentials found')),
  );
  expect(await examine({ ...RIGHT, base_url: upstream.url })).toMatchObject({ fault: 'key' });
});

test.each([
  ['"sk-quoted"', 'leave them out'],
  ['sk-one two', 'copy the key again'],
  ['Bearer sk-x', 'remove it: the program adds it'],
])('the key %s is diagnosed with advice before any request', async (api_key, advice) => {
  const upstream = await server((_request, json) => json(200, CHAT));
  expect(await examine({ ...RIGHT, api_key, base_url: upstream.url })).toMatchObject({
    fault: 'not configured',
    advice: expect.stringContaining(advice),
  });
  expect(upstream.requests).toHaveLength(0);
});
