import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type ConfigObject, loadConfigObject } from '../../src/config/index.js';
import { type Diagnosis, diagnose } from '../../src/connector/diagnose.js';
import { RuntimeClient } from '../../src/index.js';
import { type TestDaemon, testDaemon } from '../support/daemon.js';
import { freePort } from '../support/program.js';
import {
  deltaOf,
  FINISH,
  type Handler,
  sseEvents,
  startTcpUpstream,
  startUpstream,
} from '../support/upstream.js';

const tls = (name: string): Buffer => readFileSync(join(import.meta.dirname, '../fixtures/tls', name));

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

/** A provider at /v1 that wants `Bearer right`, knows the model `right`, and does all else as a real one would. */
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
  ['an address that has moved', '/moved/chat/completions', {}, 'redirect', 'set base_url to the address'],
  ['the address of a web page', '/page/v1', {}, 'web page', 'set base_url to the address of the API'],
])('%s: the fault is named, with what to do', async (_name, path, wrong, fault, advice) => {
  const upstream = await startUpstream(provider);
  onTestFinished(() => upstream.close());
  const found = await examine({ ...RIGHT, base_url: `${upstream.url}${path}`, ...wrong });
  expect(found).toMatchObject({ works: false, fault, advice: expect.stringContaining(advice) });
  expect(JSON.stringify(found)).not.toContain('Bearer');
});

test('what is configured right answers, and no more is read than shows it', async () => {
  const upstream = await startUpstream(provider);
  onTestFinished(() => upstream.close());
  expect(await examine({ ...RIGHT, base_url: upstream.url })).toEqual({
    works: true,
    detail: 'right-1 answers',
  });
  expect(upstream.requests).toHaveLength(1);
});

test('a port where nothing listens is named', async () => {
  expect(await examine({ ...RIGHT, base_url: `http://127.0.0.1:${await freePort()}` })).toMatchObject({
    fault: 'refused',
    advice: 'start the server there, or correct host and port',
  });
});

test.each([
  ['SSH-2.0-OpenSSH_9.9\r\n', 'correct host and port'],
  ['\x15\x03\x01\x00\x02\x02\x46', 'begin base_url with https:'],
])('a server that does not speak HTTP is named: %j', async (greeting, advice) => {
  const upstream = await startTcpUpstream((socket) => socket.once('data', () => socket.end(greeting)));
  onTestFinished(() => upstream.close());
  expect(await examine({ ...RIGHT, base_url: upstream.url })).toMatchObject({
    fault: 'no http',
    advice: expect.stringContaining(advice),
  });
});

test('a host that does not exist is named', async () => {
  expect(await examine({ ...RIGHT, base_url: 'http://absent.invalid' })).toMatchObject({ fault: 'name' });
});

test('a missing key variable is named before anything is sent', async () => {
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

test('a certificate from an unknown authority is named', async () => {
  expect(await examine({ ...RIGHT, base_url: await tlsServer('self-signed', false) })).toMatchObject({
    fault: 'certificate',
    advice: expect.stringContaining('--ca FILE'),
  });
});

test('a server that demands a client certificate is named', async () => {
  expect(await examine({ ...RIGHT, base_url: await tlsServer('localhost', true) })).toMatchObject({
    fault: 'client certificate',
  });
});
