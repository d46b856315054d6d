import { afterAll, beforeAll, expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { MessageType } from '../../../src/protocol/constants.js';
import type { ExecuteRequest, ExecuteResponse } from '../../../src/protocol/messages.js';
import { type TestDaemon, testDaemon } from '../../support/daemon.js';
import { httpRequest, httpStream, of, type RawClient, streamOf } from '../../support/raw-client.js';
import { type SeenRequest, startUpstream, type Upstream } from '../../support/upstream.js';

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

/** What the upstream saw of a request that must succeed. */
async function seen(payload: Record<string, unknown>): Promise<SeenRequest> {
  const index = upstream.requests.length;
  const answer = await ask({ method: 'POST', url: upstream.url, ...payload });
  expect(answer.errorMessage).toBe('');
  return upstream.request(index);
}

test.each<[string, Record<string, unknown> | string, RegExp]>([
  ['no JSON', '{"method":', /the payload is no JSON/],
  ['another kind of JSON', '[]', /the payload must be object/],
  ['no method', { url: 'http://127.0.0.1/' }, /"method" in the payload must be string/],
  [
    'a header that is no text',
    { method: 'GET', url: 'http://127.0.0.1/', headers: { a: 1 } },
    /"headers\.a" in the payload must be string/,
  ],
  [
    'a body that is no text',
    { method: 'GET', url: 'http://127.0.0.1/', body: {} },
    /"body" in the payload must be string/,
  ],
  [
    'an unknown encoding',
    { method: 'GET', url: 'http://127.0.0.1/', body_encoding: 'hex' },
    /"body_encoding" .* utf8 or base64/,
  ],
  [
    'an unknown method',
    { method: 'BREW', url: 'http://127.0.0.1/' },
    /no HTTP method "BREW"; there are GET, HEAD/,
  ],
  ['half a URL', { method: 'GET', url: '/v1/models?key=secret' }, /^"\/v1\/models" is no URL/],
  [
    'another scheme',
    { method: 'GET', url: 'file:///etc/passwd' },
    /cannot speak "file"; a URL starts with http: or https:/,
  ],
  [
    'a host name that no name server takes',
    { method: 'GET', url: `http://${'n'.repeat(256)}/?secret` },
    /^the host name ".*" is over 255 characters$/,
  ],
  [
    'credentials in the URL',
    { method: 'GET', url: 'http://user:secret@127.0.0.1/' },
    /^the URL for 127\.0\.0\.1 holds a user name/,
  ],
  [
    'a header name with a line end',
    { method: 'GET', url: 'http://127.0.0.1/', headers: { 'a\r\nb': 'c' } },
    /is no header name/,
  ],
  [
    'a header value with a line end',
    { method: 'GET', url: 'http://127.0.0.1/', headers: { a: 'secret\r\nb: c' } },
    /^the header "a" has a character/,
  ],
  [
    'a header value with a NUL',
    { method: 'GET', url: 'http://127.0.0.1/', headers: { a: '\0' } },
    /^the header "a" has a character/,
  ],
  [
    'a header value beyond Latin-1',
    { method: 'GET', url: 'http://127.0.0.1/', headers: { a: '世' } },
    /^the header "a" has a character/,
  ],
  [
    'two hosts',
    { method: 'GET', url: 'http://127.0.0.1/', headers: { host: 'a', Host: 'b' } },
    /"host" is given twice/,
  ],
])('%s is an invalid request that says so, without repeating secrets', async (_what, payload, message) => {
  const answer = await ask(payload);
  expect(answer.errorClass).toBe(ErrorClass.InvalidRequest);
  expect(answer.errorMessage).toMatch(message);
  expect(answer.errorMessage).not.toContain('secret');
});

test('bytes that are no UTF-8 are no JSON', async () => {
  const answer = await ask('', { payload: new Uint8Array([0x22, 0xff, 0x22]) });
  expect(answer).toMatchObject({ errorClass: ErrorClass.InvalidRequest });
});

test('another connector, or another operation, is an invalid request that names what there is', async () => {
  const url = upstream.url;
  expect(await ask({ method: 'GET', url }, { connectorName: 'postgres' })).toMatchObject({
    errorClass: ErrorClass.InvalidRequest,
    errorMessage: 'no connector "postgres"; there is http',
  });
  expect(await ask({ method: 'GET', url }, { operation: 'websocket' })).toMatchObject({
    errorClass: ErrorClass.InvalidRequest,
    errorMessage: 'no operation "websocket"; there is request and stream',
  });
});

test('names without end are refused in few words, and no client loses the daemon’s health by them', async () => {
  const endless = 'n'.repeat(6_000_000);
  for (const tenantId of [endless, `${endless}2`]) {
    expect(await ask({ method: 'GET', url: upstream.url }, { tenantId })).toMatchObject({
      errorClass: ErrorClass.InvalidRequest,
      errorMessage: expect.stringMatching(/^the tenant_id has \d+ characters; 256 are the most$/),
    });
  }
  const header = await ask({ method: 'GET', url: upstream.url, headers: { [endless]: 1 } });
  expect(header.errorMessage.length).toBeLessThan(200);
  client.send({ type: MessageType.HealthCheck });
  expect(await client.next(({ type }) => type === MessageType.HealthResponse)).toMatchObject({
    healthy: true,
  });
});

test('a stream whose payload is wrong ends with InvalidRequest and starts nothing', async () => {
  lastId += 1n;
  client.send(httpStream(lastId, { method: 'GET', url: 'nonsense' }));
  const { end } = await streamOf(client, lastId);
  expect(end.errorClass).toBe(ErrorClass.InvalidRequest);
  expect(end.timings.attempts).toBe(0);
});

test('method, path, query, headers and body arrive as they were given', async () => {
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

test('a body in base64 arrives as its bytes', async () => {
  const request = await seen({ body: '/wCA', body_encoding: 'base64' });
  expect(request.body).toEqual(Buffer.from([0xff, 0x00, 0x80]));
});

test('headers of the connection are the daemon’s own: the caller’s are dropped, and the body is counted anew', async () => {
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

test('a Host header of the caller goes out; without one it is the URL’s', async () => {
  expect((await seen({ headers: { Host: 'api.example.com' } })).headers.host).toBe('api.example.com');
  expect((await seen({})).headers.host).toBe(`127.0.0.1:${upstream.port}`);
});

test('null stands for absent, as other SDKs send it', async () => {
  const request = await seen({ headers: null, body: null });
  expect(request.body).toHaveLength(0);
});

test.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s is sent', async (method) => {
  expect((await seen({ method })).method).toBe(method);
});
