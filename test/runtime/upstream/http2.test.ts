import { readFileSync } from 'node:fs';
import type { ServerHttp2Stream } from 'node:http2';
import { describe, expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { MessageType } from '../../../src/protocol/constants.js';
import type { RuntimeOptions } from '../../../src/runtime/server.js';
import type { PoolOptions } from '../../../src/runtime/upstream/upstream-pools.js';
import { testDaemon } from '../../support/protocol/daemon.js';
import {
  chunksOf,
  httpRequest,
  httpStream,
  jsonOf,
  of,
  streamOf,
} from '../../support/protocol/raw-client.js';
import { closedAfterEach } from '../../support/run/closing.js';
import { resetStream, startH2Upstream } from '../../support/servers/h2-upstream.js';
import { CA_FILE } from '../../support/servers/tls-upstream.js';

const closing = closedAfterEach();

const ca = readFileSync(CA_FILE, 'utf8');

async function setUp(
  handle: Parameters<typeof startH2Upstream>[0],
  {
    server,
    pool,
    ...options
  }: { server?: Parameters<typeof startH2Upstream>[1]; pool?: PoolOptions } & Partial<RuntimeOptions> = {},
) {
  const upstream = await startH2Upstream(handle, server);
  const daemon = await testDaemon({ pool: { ca, ...pool }, ...options });
  closing.push(daemon.close, upstream.close);
  const client = await daemon.client();
  let last = 0n;
  const send = (path = '/', fields = {}): bigint => {
    last += 1n;
    client.send(httpStream(last, { method: 'GET', url: upstream.url + path }, fields));
    return last;
  };
  const origin = async () => {
    client.send({ type: MessageType.HealthCheck });
    const health = await client.next((message) => message.type === MessageType.HealthResponse);
    if (health.type !== MessageType.HealthResponse) throw new Error('no health');
    return health.origins[0];
  };
  return { upstream, daemon, client, send, origin };
}

const hello = (stream: ServerHttp2Stream): void => {
  stream.respond({ ':status': 200, 'content-type': 'text/plain', 'set-cookie': ['a=1', 'b=2'] });
  stream.end('hello');
};

test('the daemon uses HTTP/2 if the server offers it, and everything arrives like with HTTP/1.1', async () => {
  const { upstream, client, origin } = await setUp((stream, headers) => {
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('end', () => {
      stream.respond({ ':status': 201, 'set-cookie': ['a=1', 'b=2'], 'x-got': String(headers['x-key']) });
      stream.end(Buffer.concat(parts));
    });
  });
  const payload = {
    method: 'POST',
    url: `${upstream.url}/a?b=%20`,
    headers: { 'X-Key': 'Ä', Connection: 'close', 'HTTP2-Settings': 'AAMAAABk', TE: 'gzip', Upgrade: 'h2c' },
    body: '世界',
  };
  client.send(httpRequest(1n, payload));
  const answer = await client.next(of(MessageType.ExecuteResponse, 1n));
  expect(answer.errorMessage).toBe('');
  expect(jsonOf(answer)).toMatchObject({
    status_code: 201,
    headers: { 'set-cookie': 'a=1, b=2', 'x-got': 'Ä' },
    body: '世界',
  });
  const { headers } = upstream.requests[0] ?? {};
  expect(headers).toMatchObject({
    ':method': 'POST',
    ':path': '/a?b=%20',
    ':authority': new URL(upstream.url).host,
    'content-length': '6',
    accept: '*/*',
  });
  for (const name of ['connection', 'host', 'te', 'upgrade', 'http2-settings', 'transfer-encoding']) {
    expect(headers).not.toHaveProperty(name);
  }
  const { timings } = answer;
  const points = [timings?.queuedUs, timings?.connectUs, timings?.tlsUs, timings?.sentUs];
  const numbers = [...points, timings?.firstByteUs, timings?.lastByteUs].map(Number);
  expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
  expect(timings?.reused).toBe(false);
  expect((await origin())?.tenants[0]).toMatchObject({ protocol: 'h2', poolOpen: 1, poolBusy: 0 });
});

test.each<[string, PoolOptions, string]>([
  ['is offered HTTP/2 takes it', {}, 'h2'],
  ['is not, because the daemon is told so, has HTTP/1.1', { http2: false }, 'http/1.1'],
])('a server of both that %s', async (_what, pool, protocol) => {
  const { upstream, client, origin } = await setUp(hello, { server: { allowHTTP1: true }, pool });
  upstream.answerHttp1('hello');
  client.send(httpStream(1n, { method: 'GET', url: upstream.url }));
  expect((await streamOf(client, 1n)).body.toString()).toBe('hello');
  expect((await origin())?.tenants[0]?.protocol).toBe(protocol);
});

test('each piece of a stream is passed on when it arrives', async () => {
  const { send, client, upstream } = await setUp((stream) => {
    stream.respond({ ':status': 200, 'content-type': 'text/event-stream' });
    stream.write('data: 0\n\n');
  });
  const id = send();
  for (let index = 0; index < 5; index += 1) {
    await client.next((message) => message.type === MessageType.StreamChunk && message.sequence === index);
    const { stream } = upstream.requests[0] ?? {};
    if (index < 4) stream?.write(`data: ${index + 1}\n\n`);
    else stream?.end();
  }
  const { body, end } = await streamOf(client, id);
  expect(body.toString()).toBe('data: 0\n\ndata: 1\n\ndata: 2\n\ndata: 3\n\ndata: 4\n\n');
  expect([end.errorClass, end.bytes]).toEqual([ErrorClass.Success, 45]);
});

test('a cancel resets only its stream; the connection and the other streams continue', async () => {
  const { send, client, upstream } = await setUp((stream) => {
    stream.respond({ ':status': 200 });
    stream.write('begun');
  });
  const [first, second] = [send(), send()];
  await client.next(of(MessageType.StreamChunk, first));
  await client.next(of(MessageType.StreamChunk, second));
  client.send({ type: MessageType.Cancel, requestId: first });
  expect((await streamOf(client, first)).end.cancelled).toBe(true);
  const [one, other] = upstream.requests;
  await one?.ended;
  expect(one?.stream.aborted).toBe(true);
  other?.stream.end(' and ended');
  expect((await streamOf(client, second)).body.toString()).toBe('begun and ended');
  const third = send();
  await client.next(of(MessageType.StreamChunk, third));
  expect(upstream.sessions).toHaveLength(1);
});

test('when a client disconnects, its streams are reset, even one that waits for an answer', async () => {
  const { send, client, upstream } = await setUp((stream, headers) => {
    if (headers[':path'] === '/silent') return;
    stream.respond({ ':status': 200 });
    stream.write('begun');
  });
  await client.next(of(MessageType.StreamChunk, send()));
  send('/silent');
  await expect.poll(() => upstream.requests.length).toBe(2);
  await client.close();
  await Promise.all(upstream.requests.map(({ ended }) => ended));
  expect(upstream.sessions[0]?.closed).toBe(false);
});

test('many streams share one connection; above the server’s limit another one is opened', async () => {
  const { send, client, upstream, origin } = await setUp(
    (stream) => {
      stream.respond({ ':status': 200 });
      stream.write('begun');
    },
    { server: { settings: { maxConcurrentStreams: 40 } } },
  );
  const ids = Array.from({ length: 100 }, () => send());
  await Promise.all(ids.map((id) => client.next(of(MessageType.StreamChunk, id))));
  expect(upstream.sessions.length).toBeGreaterThan(2);
  expect(upstream.sessions.length).toBeLessThan(6);
  expect((await origin())?.tenants[0]).toMatchObject({ poolBusy: 100, streams: 100, protocol: 'h2' });
  for (const { stream } of upstream.requests) stream.end();
  const ends = await Promise.all(ids.map((id) => streamOf(client, id)));
  expect(ends.filter(({ end }) => end.errorClass === ErrorClass.Success)).toHaveLength(100);
});

test('a reader that stops costs one window of memory, and does not delay other streams of the connection', async () => {
  const piece = Buffer.alloc(64 * 1024, 'x');
  let flooded = 0;
  const { send, client, upstream } = await setUp((stream, headers) => {
    stream.respond({ ':status': 200 });
    if (headers[':path'] !== '/flood') return void stream.end('quick');
    const more = (): void => {
      while (!stream.destroyed && flooded < 64 * 1024 * 1024) {
        flooded += piece.length;
        if (!stream.write(piece)) return void stream.once('drain', more);
      }
    };
    more();
  });
  // Together these streams would use up the connection's window.
  const floods = Array.from({ length: 8 }, () => send('/flood'));
  await Promise.all(floods.map((id) => client.next(of(MessageType.StreamChunk, id))));
  for (let index = 0; index < 20; index += 1) {
    expect((await streamOf(client, send())).body.toString()).toBe('quick');
  }
  for (const id of floods) {
    const bytes = chunksOf(client, id).reduce((sum, chunk) => sum + chunk.payload.length, 0);
    expect(bytes).toBeLessThanOrEqual((256 + 64) * 1024);
  }
  expect(flooded).toBeLessThan(8 * 2 * 1024 * 1024);
  expect(upstream.sessions).toHaveLength(1);
  const [first = 0n] = floods;
  client.send({ type: MessageType.CreditUpdate, requestId: first, creditDelta: 512 * 1024, totalCredits: 0 });
  const before = chunksOf(client, first).length;
  await expect.poll(() => chunksOf(client, first).length).toBeGreaterThan(before);
});

test('each tenant has a separate connection', async () => {
  const { send, client, upstream, origin } = await setUp(hello);
  for (const tenantId of ['one', 'two', 'one']) await streamOf(client, send('/', { tenantId }));
  expect(upstream.sessions).toHaveLength(2);
  expect(await origin()).toMatchObject({
    poolOpen: 2,
    tenants: [
      { tenant: 'one', poolOpen: 1 },
      { tenant: 'two', poolOpen: 1 },
    ],
  });
});

test('a second connection resumes the first one’s TLS session', async () => {
  const { send, client, upstream } = await setUp(hello);
  await streamOf(client, send('/', { tenantId: 'one' }));
  await streamOf(client, send('/', { tenantId: 'two' }));
  expect([upstream.sessions.length, upstream.resumed()]).toEqual([2, 1]);
});

describe('a server that sends GOAWAY', () => {
  test('finishes running requests; the next request uses a new connection', async () => {
    const { send, client, upstream } = await setUp((stream) => {
      stream.respond({ ':status': 200 });
      stream.write('begun');
    });
    const first = send();
    await client.next(of(MessageType.StreamChunk, first));
    upstream.sessions[0]?.goaway();
    await client.next(of(MessageType.StreamChunk, send()));
    expect(upstream.sessions).toHaveLength(2);
    upstream.requests[0]?.stream.end(' and ended');
    expect((await streamOf(client, first)).body.toString()).toBe('begun and ended');
  });

  test('does not fail a request that it has not begun: the request is sent over another connection', async () => {
    const { send, client, upstream } = await setUp(hello);
    // Before any stream, GOAWAY says that none was begun.
    upstream.onSession((session) => {
      if (upstream.sessions.length === 1) session.goaway();
    });
    const { body, end } = await streamOf(client, send());
    expect([body.toString(), end.errorMessage]).toEqual(['hello', '']);
    expect(upstream.sessions).toHaveLength(2);
  });
});

describe('errors', () => {
  test.each([
    ['refuses it twice', 7, /reset the request before it answered \(REFUSED_STREAM\)/],
    ['resets it with an error', 2, /reset the request before it answered \(INTERNAL_ERROR\)/],
    ['wants it calmer', 11, /reset the request before it answered \(ENHANCE_YOUR_CALM\)/],
    ['cancels it', 8, /reset the request before it answered/],
  ])('a server that %s: Transient', async (_what, code, message) => {
    const { send, client } = await setUp((stream) => stream.close(code));
    const { end } = await streamOf(client, send());
    expect(end.errorClass).toBe(ErrorClass.Transient);
    expect(end.errorMessage).toMatch(message);
    expect(end.errorMessage).not.toMatch(/HTTP\/2: "/);
    expect(end.errorMessage).toMatch(/: try again in a moment$/);
  });

  // Node and undici treat codes 0 and 8 as a regular end.
  test.each([0, 2, 8])('a stream reset in the middle with code %i is not complete', async (code) => {
    const { send, client, upstream } = await setUp((stream) => {
      stream.respond({ ':status': 200 });
      stream.write('half');
    });
    const id = send();
    await client.next(of(MessageType.StreamChunk, id));
    const [request] = upstream.requests;
    if (request !== undefined) resetStream(request.stream, code);
    const { body, end } = await streamOf(client, id);
    expect([body.toString(), end.errorClass]).toEqual(['half', ErrorClass.Transient]);
    expect(end.errorMessage).toMatch(/reset the request in the middle of its answer, after 4 bytes/);
  });

  test('a complete answer is complete, even if it is read long after its end', async () => {
    const { send, client } = await setUp((stream) => {
      stream.respond({ ':status': 200 });
      stream.end(Buffer.alloc(400_000, 'x'));
    });
    const id = send();
    await client.next(of(MessageType.StreamChunk, id));
    await expect
      .poll(() => chunksOf(client, id).reduce((sum, one) => sum + one.payload.length, 0))
      .toBeGreaterThan(262_143);
    client.send({ type: MessageType.CreditUpdate, requestId: id, creditDelta: 300_000, totalCredits: 0 });
    expect((await streamOf(client, id)).end).toMatchObject({
      errorClass: ErrorClass.Success,
      bytes: 400_000,
    });
  });

  test('a lost connection ends all its streams', async () => {
    const { send, client, upstream } = await setUp((stream) => {
      stream.respond({ ':status': 200 });
      stream.write('half');
    });
    const ids = [send(), send(), send()];
    for (const id of ids) await client.next(of(MessageType.StreamChunk, id));
    upstream.sessions[0]?.destroy();
    for (const id of ids) {
      expect((await streamOf(client, id)).end).toMatchObject({ errorClass: ErrorClass.Transient, bytes: 4 });
    }
  });

  test('a body shorter than its Content-Length is cut off', async () => {
    const { send, client } = await setUp((stream) => {
      stream.respond({ ':status': 200, 'content-length': '10' });
      stream.end('half');
    });
    const { end } = await streamOf(client, send());
    expect(end.errorClass).toBe(ErrorClass.Transient);
  });

  test('a request to a silent server ends, and the connection is kept', async () => {
    const { send, client, upstream } = await setUp(
      (stream, headers) => {
        if (headers[':path'] === '/quick') return hello(stream);
        if (headers[':path'] === '/half') stream.respond({ ':status': 200 });
        if (headers[':path'] === '/half') stream.write('half');
      },
      { limits: { upstreamIdleMs: 1500 } },
    );
    const before = (await streamOf(client, send('/none'))).end;
    expect(before).toMatchObject({ errorClass: ErrorClass.Timeout });
    expect(before.errorMessage).toMatch(/went silent before it answered/);
    const within = (await streamOf(client, send('/half'))).end;
    expect(within.errorMessage).toMatch(/went silent after 4 bytes of body/);
    expect((await streamOf(client, send('/quick'))).body.toString()).toBe('hello');
    expect(upstream.sessions).toHaveLength(1);
  });

  test('response headers above the limit are Permanent, and end no other stream', async () => {
    const { send, client, upstream } = await setUp(
      (stream, headers) => {
        if (headers[':path'] === '/quick') return hello(stream);
        stream.respond({ ':status': 200, 'x-large': 'x'.repeat(5000) });
        stream.end();
      },
      { limits: { responseHeaderBytes: 4096 } },
    );
    const { end } = await streamOf(client, send());
    expect(end.errorClass).toBe(ErrorClass.Permanent);
    expect(end.errorMessage).toMatch(/more headers than the limit \(--max-header-bytes\)/);
    expect((await streamOf(client, send('/quick'))).body.toString()).toBe('hello');
    expect(upstream.sessions).toHaveLength(1);
  });

  test('only the request that HTTP/2 does not support fails', async () => {
    const { send, client, upstream } = await setUp((stream) => {
      stream.respond({ ':status': 200 });
      stream.write('begun');
    });
    const running = send();
    await client.next(of(MessageType.StreamChunk, running));
    const headers = { 'content-type': 'a/b', 'Content-Type': 'c/d' };
    client.send(httpStream(100n, { method: 'GET', url: upstream.url, headers }));
    const { end } = await streamOf(client, 100n);
    expect(end.errorClass).toBe(ErrorClass.InvalidRequest);
    upstream.requests[0]?.stream.end();
    expect((await streamOf(client, running)).end.errorClass).toBe(ErrorClass.Success);
  });
});

test('an interim response does not count as the answer, and an answer without a body is complete', async () => {
  const { send, client } = await setUp((stream, headers) => {
    stream.additionalHeaders({ ':status': 103, link: '</style.css>' });
    stream.respond({ ':status': headers[':path'] === '/none' ? 204 : 200 }, { endStream: true });
  });
  for (const [path, statusCode] of [
    ['/', 200],
    ['/none', 204],
  ] as const) {
    const id = send(path);
    expect((await streamOf(client, id)).end.errorClass).toBe(ErrorClass.Success);
    const starts = client.received.filter(of(MessageType.StreamStart, id));
    expect(starts.map((start) => start.statusCode)).toEqual([statusCode]);
  }
});

test('an untrusted certificate is refused before anything is sent', async () => {
  const { upstream, client, send } = await setUp(hello, { pool: { ca: '' } });
  const { end } = await streamOf(client, send());
  expect(end.errorClass).toBe(ErrorClass.Permanent);
  expect(upstream.requests).toHaveLength(0);
});
