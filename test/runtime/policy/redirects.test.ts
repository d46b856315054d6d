import { describe, expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { MessageType } from '../../../src/protocol/constants.js';
import { testDaemon } from '../../support/protocol/daemon.js';
import { httpStream, of, streamOf } from '../../support/protocol/raw-client.js';
import { closedAfterEach } from '../../support/run/closing.js';
import { startUpstream, type Upstream } from '../../support/servers/upstream.js';
import { FORBIDDEN_REDIRECTS } from './address-cases.js';

const closing = closedAfterEach();

const SECRETS = {
  Authorization: 'Bearer secret',
  Cookie: 'session=secret',
  'api-key': 'secret',
  'x-goog-api-key': 'secret',
  'X-My-Own-Scheme': 'secret',
};

/** Redirects each path that begins with a number to the next target; answers all others. */
async function redirecting(status: number, location: string): Promise<Upstream> {
  const upstream = await startUpstream((request, response) => {
    if (request.path === '/begin') response.writeHead(status, { location }).end('moved');
    else response.end('there');
  });
  closing.push(upstream.close);
  return upstream;
}

async function ask(payload: Record<string, unknown>) {
  const daemon = await testDaemon();
  closing.push(daemon.close);
  const client = await daemon.client();
  client.send(httpStream(1n, payload));
  const result = await streamOf(client, 1n);
  return { ...result, start: client.received.find(of(MessageType.StreamStart)) };
}

test.each([301, 302, 303, 307, 308])(
  'a GET follows status %i, with its credentials on the same origin',
  async (status) => {
    const upstream = await redirecting(status, '/next?q=1');
    const { body, start, end } = await ask({ method: 'GET', url: `${upstream.url}/begin`, headers: SECRETS });
    expect([body.toString(), start?.statusCode, end.timings.attempts]).toEqual(['there', 200, 2]);
    expect(upstream.requests.map(({ path }) => path)).toEqual(['/begin', '/next?q=1']);
    expect(upstream.requests[1]?.headers.authorization).toBe('Bearer secret');
  },
);

test('another origin gets no header that could be a credential', async () => {
  const other = await redirecting(200, '');
  const upstream = await redirecting(307, `${other.url}/elsewhere`);
  const headers = { ...SECRETS, Accept: 'text/event-stream', 'Content-Type': 'application/json' };
  const { body } = await ask({ method: 'GET', url: `${upstream.url}/begin`, headers });
  expect(body.toString()).toBe('there');
  const seen = other.requests[0]?.headers;
  expect(JSON.stringify(seen)).not.toContain('secret');
  expect(seen).toMatchObject({ accept: 'text/event-stream', 'content-type': 'application/json' });
});

test.each([
  [401, true],
  [403, true],
  [404, false],
])('a %i from another origin says that it got no key: %s', async (status, isReported) => {
  const other = await startUpstream({
    status,
    chunks: ['no'],
    headers: { 'x-vastar-key-left-behind': 'forged' },
  });
  closing.push(other.close);
  const upstream = await redirecting(307, `${other.url}/elsewhere`);
  const { start } = await ask({ method: 'GET', url: `${upstream.url}/begin`, headers: SECRETS });
  const left = start?.headers.filter(([name]) => name === 'x-vastar-key-left-behind');
  expect(left).toEqual(isReported ? [['x-vastar-key-left-behind', other.url]] : []);
});

test('a 401 from the same origin, or without a key, has no such header', async () => {
  const other = await startUpstream({ status: 401, chunks: ['no'] });
  closing.push(other.close);
  const upstream = await redirecting(307, `${other.url}/elsewhere`);
  const keyless = await ask({ method: 'GET', url: `${upstream.url}/begin`, headers: { accept: '*/*' } });
  const direct = await ask({ method: 'GET', url: `${other.url}/`, headers: SECRETS });
  for (const { start } of [keyless, direct])
    expect(JSON.stringify(start?.headers)).not.toContain('left-behind');
});

test('a redirect back to the first origin gets no credentials, because another origin chose it', async () => {
  const other = await startUpstream((_request, response) => {
    response.writeHead(302, { location: `${upstream.url}/back` }).end();
  });
  const upstream = await redirecting(302, `${other.url}/`);
  closing.push(other.close);
  await ask({ method: 'GET', url: `${upstream.url}/begin`, headers: SECRETS });
  expect(upstream.requests.map(({ path }) => path)).toEqual(['/begin', '/back']);
  expect(JSON.stringify(upstream.requests[1]?.headers)).not.toContain('secret');
});

test.each([307, 308])('a POST follows status %i with its body', async (status) => {
  const upstream = await redirecting(status, '/next');
  await ask({ method: 'POST', url: `${upstream.url}/begin`, body: 'all of it' });
  expect(upstream.requests.map(({ method, body }) => [method, body.toString()])).toEqual([
    ['POST', 'all of it'],
    ['POST', 'all of it'],
  ]);
});

describe('these responses are passed on', () => {
  test.each([
    ['a POST with status 302', 'POST', 302, '/next'],
    ['a redirect without an address', 'GET', 302, ''],
    ['another scheme', 'GET', 302, 'ftp://example.com/'],
    ['an address with a password', 'GET', 302, 'http://user:secret@127.0.0.1/'],
    ['a status that is not a redirect', 'GET', 304, '/next'],
    ['an invalid address', 'GET', 302, 'http://['],
  ])('%s', async (_name, method, status, location) => {
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(status, location === '' ? {} : { location }).end();
    });
    closing.push(upstream.close);
    const { start } = await ask({ method, url: `${upstream.url}/begin` });
    expect(start?.statusCode).toBe(status);
    expect(upstream.requests).toHaveLength(1);
  });
});

test.each(FORBIDDEN_REDIRECTS)('a redirect to %s is not followed', async (location) => {
  const upstream = await redirecting(307, location);
  const { end, start } = await ask({ method: 'GET', url: `${upstream.url}/begin` });
  expect(start).toBeUndefined();
  expect(end.errorClass).toBe(ErrorClass.Permanent);
  expect(end.errorMessage).toMatch(
    /requests to https?:.* are not allowed .*(credentials|link-local|reserved)/,
  );
});

test('a redirect loop ends after five redirects', async () => {
  const upstream = await redirecting(302, '/begin');
  const { end } = await ask({ method: 'GET', url: `${upstream.url}/begin` });
  expect(end.errorClass).toBe(ErrorClass.Permanent);
  expect(end.errorMessage).toBe(`check base_url: ${upstream.url} leads to more than 5 redirects`);
  expect(upstream.requests).toHaveLength(6);
});
