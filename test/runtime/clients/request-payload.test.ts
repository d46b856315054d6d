import { afterAll, beforeAll, expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { MessageType } from '../../../src/protocol/constants.js';
import type { ExecuteRequest, ExecuteResponse } from '../../../src/protocol/messages.js';
import { type TestDaemon, testDaemon } from '../../support/protocol/daemon.js';
import { httpRequest, httpStream, of, type RawClient, streamOf } from '../../support/protocol/raw-client.js';
import { type SeenRequest, startUpstream, type Upstream } from '../../support/servers/upstream.js';

let daemon: TestDaemon;
let upstream: Upstream;
let client: RawClient;
let lastId = 0n;

beforeAll(async () => {
  daemon = await testDaemon();
  upstream = await startUpstream({ chunks: ['ok'] });
  client = await daemon.client();
});

afterAll(async () => {
  await daemon.close();
  await upstream.close();
});

async function ask(
  payload: Record<string, unknown> | string,
  fields?: Partial<ExecuteRequest>,
): Promise<ExecuteResponse> {
  lastId += 1n;
  client.send(httpRequest(lastId, payload, fields));
  return client.next(of(MessageType.ExecuteResponse, lastId));
}

/** Sends a request that must succeed, and returns what the upstream received. */
async function seen(payload: Record<string, unknown>): Promise<SeenRequest> {
  const index = upstream.requests.length;
  const answer = await ask({ method: 'POST', url: upstream.url, ...payload });
  expect(answer.errorMessage).toBe('');
  return upstream.request(index);
}

test.each<[string, Record<string, unknown> | string, RegExp]>([
  ['no JSON', '{"method":', /the payload is not JSON/],
  ['another kind of JSON', '[]', /the payload must be an object/],
  ['no method', { url: 'http://127.0.0.1/' }, /"method" in the payload must be a string/],
  [
    'a header that is not text',
    { method: 'GET', url: 'http://127.0.0.1/', headers: { a: 1 } },
    /"headers\.a" in the payload must be a string/,
  ],
  [
    'a body that is not text',
    { method: 'GET', url: 'http://127.0.0.1/', body: {} },
    /"body" in the payload must be a string/,
  ],
  [
    'an unknown encoding',
    { method: 'GET', url: 'http://127.0.0.1/', body_encoding: 'hex' },
    /"body_encoding" .* utf8 or base64/,
  ],
  [
    'a body that is not base64',
    { method: 'POST', url: 'http://127.0.0.1/', body: '{"a":1}', body_encoding: 'base64' },
    /"body" in the payload must be base64/,
  ],
  [
    'an unknown method',
    { method: 'BREW', url: 'http://127.0.0.1/' },
    /unknown HTTP method "BREW"; use one of GET, HEAD/,
  ],
  [
    'half a URL',
    { method: 'GET', url: '/v1/models?key=secret' },
    /^give a full URL, .*: "\/v1\/models" is not one$/,
  ],
  [
    'another scheme',
    { method: 'GET', url: 'file:///etc/passwd' },
    /use a URL that starts with http: or https:, not with "file:"/,
  ],
  [
    'a host name that is too long',
    { method: 'GET', url: `http://${'n'.repeat(256)}/?secret` },
    /^the host name ".*" is longer than 255 characters$/,
  ],
  [
    'credentials in the URL',
    { method: 'GET', url: 'http://user:secret@127.0.0.1/' },
    /the URL for 127\.0\.0\.1 contains a user name/,
  ],
  [
    'a header name with a line end',
    { method: 'GET', url: 'http://127.0.0.1/', headers: { 'a\r\nb': 'c' } },
    /is not a valid header name/,
  ],
  [
    'a header value with a line end',
    { method: 'GET', url: 'http://127.0.0.1/', headers: { a: 'secret\r\nb: c' } },
    /^the header "a" contains a character/,
  ],
  [
    'a header value with a NUL',
    { method: 'GET', url: 'http://127.0.0.1/', headers: { a: '\0' } },
    /^the header "a" contains a character/,
  ],
  [
    'a header value beyond Latin-1',
    { method: 'GET', url: 'http://127.0.0.1/', headers: { a: '世' } },
    /^the header "a" contains a character/,
  ],
  [
    'two hosts',
    { method: 'GET', url: 'http://127.0.0.1/', headers: { host: 'a', Host: 'b' } },
    /give the header "host" only once/,
  ],
])(
  '%s is an invalid request, and its error says what is wrong without secrets',
  async (_what, payload, message) => {
    const answer = await ask(payload);
    expect(answer.errorClass).toBe(ErrorClass.InvalidRequest);
    expect(answer.errorMessage).toMatch(message);
    expect(answer.errorMessage).not.toContain('secret');
  },
);

test('bytes that are not UTF-8 are not JSON', async () => {
  const answer = await ask('', { payload: new Uint8Array([0x22, 0xff, 0x22]) });
  expect(answer).toMatchObject({ errorClass: ErrorClass.InvalidRequest });
});

test('the error for an unknown connector or operation names the known ones', async () => {
  const url = upstream.url;
  expect(await ask({ method: 'GET', url }, { connectorName: 'postgres' })).toMatchObject({
    errorClass: ErrorClass.InvalidRequest,
    errorMessage: 'unknown connector "postgres"; use http',
  });
  expect(await ask({ method: 'GET', url }, { operation: 'websocket' })).toMatchObject({
    errorClass: ErrorClass.InvalidRequest,
    errorMessage: 'unknown operation "websocket"; use request or stream',
  });
});

test('very long names are refused in a short error, and don’t enlarge the health response', async () => {
  const endless = 'n'.repeat(6_000_000);
  for (const tenantId of [endless, `${endless}2`]) {
    expect(await ask({ method: 'GET', url: upstream.url }, { tenantId })).toMatchObject({
      errorClass: ErrorClass.InvalidRequest,
      errorMessage: expect.stringMatching(/^shorten tenant_id: it has \d+ characters, and the limit is 256$/),
    });
  }
  const header = await ask({ method: 'GET', url: upstream.url, headers: { [endless]: 1 } });
  expect(header.errorMessage.length).toBeLessThan(200);
  client.send({ type: MessageType.HealthCheck });
  expect(await client.next(({ type }) => type === MessageType.HealthResponse)).toMatchObject({
    healthy: true,
  });
});

test('a stream with an invalid payload ends with InvalidRequest and sends nothing upstream', async () => {
  lastId += 1n;
  client.send(httpStream(lastId, { method: 'GET', url: 'nonsense' }));
  const { end } = await streamOf(client, lastId);
  expect(end.errorClass).toBe(ErrorClass.InvalidRequest);
  expect(end.timings.attempts).toBe(0);
});

test('method, path, query, headers and body arrive unchanged', async () => {
  const request = await seen({
    method: 'patch',
    url: `${upstream.url}/a%20b?q=%E4%B8%96#fragment`,
    headers: { 'X-Key': 'Ä', authorization: 'Bearer k' },
    body: '世界 👋',
  });
  expect(request.method).toBe('PATCH');
  expect(request.path).toBe('/a%20b?q=%E4%B8%96');
  expect(request.headers).toMatchObject({ 'x-key': 'Ä', authorization: 'Bearer k', accept: '*/*' });
  expect(request.body.toString()).toBe('世界 👋');
});

test('a body in base64 arrives decoded', async () => {
  const request = await seen({ body: '/wCA', body_encoding: 'base64' });
  expect(request.body).toEqual(Buffer.from([0xff, 0x00, 0x80]));
});

test('the client’s headers about the connection are dropped, and Content-Length is computed from the body', async () => {
  const request = await seen({
    headers: {
      Connection: 'close',
      'Content-Length': '1',
      'Transfer-Encoding': 'chunked',
      'Keep-Alive': 'timeout=1',
      Expect: '100-continue',
      Upgrade: 'h2c',
    },
    body: 'four',
  });
  expect(request.body.toString()).toBe('four');
  expect(request.headers).toMatchObject({ connection: 'keep-alive', 'content-length': '4' });
  for (const name of ['transfer-encoding', 'keep-alive', 'expect', 'upgrade']) {
    expect(request.headers).not.toHaveProperty(name);
  }
});

test('the client’s Host header is sent; without one, the URL’s host is', async () => {
  expect((await seen({ headers: { Host: 'api.example.com' } })).headers.host).toBe('api.example.com');
  expect((await seen({})).headers.host).toBe(`127.0.0.1:${upstream.port}`);
});

test('null counts as absent, because other SDKs send it', async () => {
  const request = await seen({ headers: null, body: null });
  expect(request.body).toHaveLength(0);
});

test.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s is sent', async (method) => {
  expect((await seen({ method })).method).toBe(method);
});
