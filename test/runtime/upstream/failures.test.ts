import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { MessageType } from '../../../src/protocol/constants.js';
import type { StreamEnd } from '../../../src/protocol/messages.js';
import { upstreamFailure } from '../../../src/runtime/upstream/upstream-failure.js';
import { withLongEnough } from '../../support/clocks/long-enough.js';
import { testDaemon } from '../../support/protocol/daemon.js';
import {
  httpRequest,
  httpStream,
  jsonOf,
  of,
  type RawClient,
  streamOf,
} from '../../support/protocol/raw-client.js';
import { closedAfterEach } from '../../support/run/closing.js';
import { freePort } from '../../support/servers/free-port.js';
import { startTcpUpstream, startUpstream } from '../../support/servers/upstream.js';

const closing = closedAfterEach();

async function client(): Promise<RawClient> {
  const daemon = await testDaemon();
  closing.push(daemon.close);
  return daemon.client();
}

async function endOf(url: string, fields = {}): Promise<{ end: StreamEnd; body: Buffer }> {
  const asking = await client();
  asking.send(httpStream(1n, { method: 'GET', url }, fields));
  return streamOf(asking, 1n);
}

const soon = (ms: number): { deadlineAtMs: bigint } => ({ deadlineAtMs: BigInt(Date.now() + ms) });

test('a refused connection is Transient, by address and by name', async () => {
  const port = await freePort();
  for (const host of ['127.0.0.1', 'localhost']) {
    const { end } = await endOf(`http://${host}:${port}/v1?key=secret`);
    expect(end.errorClass).toBe(ErrorClass.Transient);
    expect(end.errorMessage).toBe(
      `nothing listens at http://${host}:${port} (ECONNREFUSED): check that the server runs, and base_url`,
    );
    expect(end.timings.attempts).toBe(1);
  }
});

test('an unknown host is Transient, and the error names it', async () => {
  const { end } = await endOf('http://no-such-host.invalid/');
  expect(end.errorClass).toBe(ErrorClass.Transient);
  expect(end.errorMessage).toMatch(/http:\/\/no-such-host\.invalid.*\((ENOTFOUND|EAI_AGAIN)\)/);
});

test('a connection closed before the headers is Transient', async () => {
  const upstream = await startTcpUpstream((socket) => socket.once('data', () => socket.destroy()));
  closing.push(upstream.close);
  const { end } = await endOf(upstream.url);
  expect(end.errorClass).toBe(ErrorClass.Transient);
  expect(end.errorMessage).toBe(
    `${upstream.url} closed the connection before it answered (UND_ERR_SOCKET): try again in a moment; if it always does so, its port may need https: in base_url`,
  );
});

test('the error for a connection that is closed while the request is written proposes a smaller request', () => {
  const error = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
  const timings = { reused: false, attempts: 1, queuedUs: 0 };
  const request = { origin: 'http://a.example', timings, bytes: 0, certificate: undefined, idleMs: 0 };
  expect(upstreamFailure(error, request).message).toMatch(
    /\(EPIPE\): try again in a moment; if it always does so, the request may be too large for it$/,
  );
});

test('a connection reset before the headers is Transient', async () => {
  const upstream = await startTcpUpstream((socket) => socket.once('data', () => socket.resetAndDestroy()));
  closing.push(upstream.close);
  const { end } = await endOf(upstream.url);
  expect(end.errorClass).toBe(ErrorClass.Transient);
  expect(end.errorMessage).toBe(
    `${upstream.url} closed the connection before it answered (ECONNRESET): try again in a moment`,
  );
});

test.each([
  ['chunked', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'],
  [
    'chunked and not kept alive',
    'HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n',
  ],
  ['counted', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello'],
])('a %s answer that is cut off is Transient, and the bytes before were forwarded', async (_kind, text) => {
  const upstream = await startTcpUpstream((socket) => socket.once('data', () => socket.end(text)));
  closing.push(upstream.close);
  const { end, body } = await endOf(upstream.url);
  expect(body.toString()).toBe('hello');
  expect(end).toMatchObject({ errorClass: ErrorClass.Transient, bytes: 5, cancelled: false });
  expect(end.errorMessage).toContain(`${upstream.url} closed the connection in the middle of its answer`);
});

test('an answer without a length that ends with the connection is complete', async () => {
  const upstream = await startTcpUpstream((socket) =>
    socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nall of it')),
  );
  closing.push(upstream.close);
  const { end, body } = await endOf(upstream.url);
  expect([body.toString(), end.errorClass]).toEqual(['all of it', ErrorClass.Success]);
});

test('a buffered request whose answer is cut off fails without a partial body', async () => {
  const upstream = await startUpstream({ chunks: ['half'], end: 'cut' });
  closing.push(upstream.close);
  const asking = await client();
  asking.send(httpRequest(1n, { method: 'GET', url: upstream.url }));
  const answer = await asking.next(of(MessageType.ExecuteResponse, 1n));
  expect(answer.errorClass).toBe(ErrorClass.Transient);
  expect(answer.errorMessage).toMatch(/in the middle of its answer, after 4 bytes of body \(ECONNRESET\)/);
  expect(answer.payload).toHaveLength(0);
});

test('more headers than 64 KiB are Permanent', async () => {
  const upstream = await startTcpUpstream((socket) =>
    socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`)),
  );
  closing.push(upstream.close);
  const { end } = await endOf(upstream.url);
  expect(end.errorClass).toBe(ErrorClass.Permanent);
  expect(end.errorMessage).toMatch(/sent more headers than the limit \(--max-header-bytes\)/);
});

test('an interim response does not count as the answer', async () => {
  const upstream = await startTcpUpstream((socket) =>
    socket.once('data', () =>
      socket.end(
        'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
      ),
    ),
  );
  closing.push(upstream.close);
  const asking = await client();
  asking.send(httpStream(1n, { method: 'GET', url: upstream.url }));
  expect((await streamOf(asking, 1n)).body.toString()).toBe('ok');
  expect(asking.received.filter(of(MessageType.StreamStart)).map((start) => start.statusCode)).toEqual([200]);
});

test('a certificate from an unknown authority is Permanent, and no request is sent', async () => {
  const tls = join(import.meta.dirname, '../../fixtures/tls');
  let requests = 0;
  const server = createServer(
    {
      key: readFileSync(join(tls, 'self-signed.key.pem')),
      cert: readFileSync(join(tls, 'self-signed.cert.pem')),
    },
    () => {
      requests += 1;
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  const { end } = await endOf(origin);
  expect(end.errorClass).toBe(ErrorClass.Permanent);
  expect(end.errorMessage).toBe(
    `no trusted connection to ${origin}: self-signed certificate (DEPTH_ZERO_SELF_SIGNED_CERT): if the certificate is your own, set NODE_EXTRA_CA_CERTS=FILE, or start the daemon with --ca FILE`,
  );
  expect(requests).toBe(0);
});

test('TLS with a server without TLS is Permanent', async () => {
  const upstream = await startUpstream({ chunks: [] });
  closing.push(upstream.close);
  const { end } = await endOf(upstream.url.replace('http:', 'https:'));
  expect(end.errorClass).toBe(ErrorClass.Permanent);
  expect(end.errorMessage).toMatch(/no trusted connection to https:.*: wrong version number \(ERR_SSL/);
});

test.each([
  [0x70, /UNRECOGNIZED_NAME\): check base_url: the server does not know that host name/],
  [0x46, /PROTOCOL_VERSION\): the server has no version of TLS/],
  [0x50, /INTERNAL_ERROR\): check base_url/],
])('the TLS alert %i does not count as a port without TLS', async (alert, words) => {
  const upstream = await startTcpUpstream((socket) =>
    socket.once('data', () => socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, alert]))),
  );
  closing.push(upstream.close);
  const { end } = await endOf(upstream.url.replace('http:', 'https:'));
  expect(end.errorMessage).toMatch(words);
});

test.each([
  ['while waiting for an answer from', undefined],
  ['in the middle of the answer from', 'a'],
])('a deadline that passes %s the upstream is a Timeout, and aborts the request', async (phase, chunk) => {
  const upstream = await startUpstream((_request, response) => {
    if (chunk !== undefined) response.write(chunk);
  });
  closing.push(upstream.close);
  const { end } = await withLongEnough(
    (limitMs) => endOf(upstream.url, soon(limitMs)),
    (one) => one.end.errorMessage.includes(phase),
  );
  expect(end.errorClass).toBe(ErrorClass.Timeout);
  expect(end.errorMessage).toMatch(/^the deadline passed after \d+ ms, /);
  expect(end.errorMessage).toContain(`${phase} ${upstream.url}: raise answer_ms or --answer-timeout`);
  expect(end.cancelled).toBe(false);
  expect(await (await upstream.request(0)).ended).toBe('hung up');
});

test('a deadline in the past is a Timeout at once, for both operations', async () => {
  const upstream = await startUpstream({ chunks: ['never asked for'] });
  closing.push(upstream.close);
  const asking = await client();
  asking.send(httpStream(1n, { method: 'GET', url: upstream.url }, soon(-1)));
  asking.send(httpRequest(2n, { method: 'GET', url: upstream.url }, soon(-60_000)));
  expect((await streamOf(asking, 1n)).end.errorClass).toBe(ErrorClass.Timeout);
  expect(await asking.next(of(MessageType.ExecuteResponse, 2n))).toMatchObject({
    errorClass: ErrorClass.Timeout,
  });
  expect(upstream.requests).toHaveLength(0);
});

test('a deadline in a hundred years does not count as past', async () => {
  const upstream = await startUpstream({ chunks: ['ok'], delayMs: 30 });
  closing.push(upstream.close);
  const { body } = await endOf(upstream.url, soon(100 * 365 * 86_400_000));
  expect(body.toString()).toBe('ok');
});

test('a body above 10 MiB is Permanent for a request, and the error names the limit; a stream has no limit', async () => {
  const upstream = await startUpstream({ chunks: Array(40).fill(Buffer.alloc(1024 * 1024, 'x')) });
  closing.push(upstream.close);
  const asking = await client();
  asking.send(httpRequest(1n, { method: 'GET', url: upstream.url }));
  const answer = await asking.next(of(MessageType.ExecuteResponse, 1n));
  expect(answer.errorClass).toBe(ErrorClass.Permanent);
  expect(answer.errorMessage).toMatch(/exceeds the limit of 10485760 bytes/);
  expect(await upstream.requests[0]?.ended).toBe('hung up');

  asking.send(httpStream(2n, { method: 'GET', url: upstream.url }));
  asking.send({ type: MessageType.CreditUpdate, requestId: 2n, creditDelta: 2 ** 30, totalCredits: 0 });
  expect((await streamOf(asking, 2n)).body).toHaveLength(40 * 1024 * 1024);
});

test('a body that exceeds a frame only as JSON is Permanent, too', async () => {
  const upstream = await startUpstream({ chunks: [Buffer.alloc(6 * 1024 * 1024, '"')] });
  closing.push(upstream.close);
  const asking = await client();
  asking.send(httpRequest(1n, { method: 'GET', url: upstream.url }));
  const answer = await asking.next(of(MessageType.ExecuteResponse, 1n));
  expect(answer).toMatchObject({ errorClass: ErrorClass.Permanent });
  expect(answer.errorMessage).toMatch(/exceeds the limit/);
});

test('a body that is not UTF-8 arrives as base64 and is marked', async () => {
  const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x80]);
  const upstream = await startUpstream({ contentType: 'application/octet-stream', chunks: [bytes] });
  closing.push(upstream.close);
  const asking = await client();
  asking.send(httpRequest(1n, { method: 'GET', url: upstream.url }));
  const answer = jsonOf(await asking.next(of(MessageType.ExecuteResponse, 1n)));
  expect(answer.body_encoding).toBe('base64');
  expect(Buffer.from(answer.body, 'base64').equals(bytes)).toBe(true);
});
