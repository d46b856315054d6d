import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MessageType } from '../../src/protocol/constants.js';
import { decodeMessage } from '../../src/protocol/decode.js';
import { createFrameReader } from '../../src/protocol/frame.js';
import {
  createChatStream,
  ErrorClass,
  HTTPResponseHelper,
  RuntimeClient,
  SSEParser,
  type StreamEvent,
} from '../../src/sdk/index.js';
import { PATIENCE_MS } from '../support/clocks/patience.js';
import { type ForeignDaemon, startForeignDaemon } from '../support/protocol/foreign-daemon.js';
import { messagesIn, recordedBytes } from '../support/protocol/recordings.js';
import { freePort } from '../support/servers/free-port.js';
import {
  serveScript,
  serveTogether,
  sseEvents,
  startUpstream,
  type Upstream,
} from '../support/servers/upstream.js';

const chunk = (content: string): string => JSON.stringify({ choices: [{ delta: { content } }] });
const SSE = sseEvents(chunk('Hel'), chunk('lo'), '[DONE]');

let daemon: ForeignDaemon;
let upstream: Upstream;
let client: RuntimeClient;
/** Requests to `/held` are answered when the test resolves it. */
let released: PromiseWithResolvers<void>;

beforeEach(async () => {
  released = Promise.withResolvers();
  const together = serveTogether(5);
  upstream = await startUpstream(async (request, response, raw) => {
    const [, name = '', value = '0'] = request.path.split('/');
    if (name === 'sse') return serveScript({ chunks: SSE, gapMs: 20 })(request, response, raw);
    if (name === 'together') return together(request, response, raw);
    if (name === 'held') return void released.promise.then(() => response.end('ok'));
    if (name === 'wait')
      return serveScript({ contentType: 'text/plain', delayMs: Number(value), chunks: ['ok'] })(
        request,
        response,
        raw,
      );
    if (name === 'own')
      return serveScript({ headers: { 'X-Vastar-Not-Retried': 'yes' } })(request, response, raw);
    if (name === 'status') return serveScript({ status: Number(value) })(request, response, raw);
    if (name === 'big')
      return serveScript({ contentType: 'text/plain', chunks: [Buffer.alloc(11 << 20, 'x')] })(
        request,
        response,
        raw,
      );
    return serveScript({ contentType: 'text/plain', chunks: ['ok'] })(request, response, raw);
  });
  daemon = await startForeignDaemon({ loses: (url) => url.endsWith('/lost') });
  client = new RuntimeClient({ socketPath: daemon.path });
});
afterEach(async () => {
  await client.close();
  await daemon.close();
  await upstream.close();
});

const get = (path: string, timeoutMs = PATIENCE_MS): { method: string; url: string; timeoutMs: number } => ({
  method: 'GET',
  url: `${upstream.url}/${path}`,
  timeoutMs,
});

test("the test's foreign daemon answers like the recorded public one", async () => {
  const [refused] = messagesIn(recordedBytes('health-unsupported.response.bin'));
  const socket = connect(daemon.path);
  const answers: unknown[] = [];
  const answered = Promise.withResolvers<void>();
  const reader = createFrameReader((type, payload) => {
    answers.push({ ...decodeMessage(type, payload), durationUs: 0 });
    if (answers.length === 2) answered.resolve();
  });
  socket.on('data', (bytes: Buffer) => reader.feed(bytes));
  socket.write(recordedBytes('health-unsupported.request.bin'));
  socket.write(recordedBytes('unsupported-method.request.bin'));
  await answered.promise;
  socket.destroy();
  const [unsupported] = messagesIn(recordedBytes('unsupported-method.response.bin'));
  expect(answers).toEqual([refused, { ...unsupported, durationUs: 0 }]);
});

describe('with a daemon that only knows the public protocol', () => {
  test('the client recognises it', async () => {
    expect(await client.health()).toEqual({ kind: 'foreign', rttMs: expect.any(Number) });
    expect(client.state).toMatchObject({ status: 'connected', daemon: { kind: 'foreign' } });
  });

  test('requests work, HTTP errors are answers, and its failures reject', async () => {
    const response = await client.executeHTTP(get('anything'));
    expect(HTTPResponseHelper.getBodyAsString(response)).toBe('ok');
    expect((await client.executeHTTP(get('status/404'))).statusCode).toBe(404);
    const refused = { method: 'GET', url: `http://127.0.0.1:${await freePort()}/` };
    await expect(client.executeHTTP(refused)).rejects.toMatchObject({
      errorClass: ErrorClass.Transient,
      message: 'HTTP request failed: HTTP request failed',
    });
  });

  test("the client drops a provider's header with the prefix x-vastar-", async () => {
    const events: StreamEvent[] = [];
    await client.streamHTTP(get('own'), { onEvent: (event) => void events.push(event) });
    expect(events[0]).toMatchObject({ type: 'start', statusCode: 200 });
    expect(JSON.stringify(events)).not.toContain('x-vastar');
  });

  test('an event stream arrives as one chunk, and gives the same result', async () => {
    const events: StreamEvent[] = [];
    let chat = createChatStream({ statusCode: 200, contentType: '' });
    const result = await client.streamHTTP(get('sse'), {
      onEvent: (event) => {
        events.push(event);
        if (event.type === 'start') {
          chat = createChatStream({
            statusCode: event.statusCode,
            contentType: event.headers['content-type'] ?? '',
          });
        } else if (event.type === 'chunk') {
          chat.feed(event.data);
        }
      },
    });
    expect(result).toMatchObject({ outcome: 'complete', buffered: true });
    expect(events.map(({ type }) => type)).toEqual(['start', 'chunk']);
    expect(chat.end({ kind: 'closed' })).toMatchObject({ outcome: 'complete', text: 'Hello' });
    const buffered = await client.executeHTTP(get('sse'));
    expect(SSEParser.parseStream(HTTPResponseHelper.getBodyAsString(buffered))).toBe('Hello');
  });

  test('it never gets an unknown frame, except one health request', async () => {
    const aborter = new AbortController();
    const stream = client.streamHTTP(get('held'), { signal: aborter.signal });
    await upstream.request(0);
    aborter.abort();
    await stream;
    await client.executeHTTP(get('a'));
    const { ExecuteRequest, HealthCheck } = MessageType;
    expect(new Set(daemon.frameTypes)).toEqual(new Set([ExecuteRequest, HealthCheck]));
    // One for each connection: the abandoned request closed its connection.
    expect(daemon.frameTypes.filter((type) => type === HealthCheck)).toHaveLength(2);
  });

  test('requests at the same time use further connections', async () => {
    await Promise.all(Array.from({ length: 5 }, () => client.executeHTTP(get('together'))));
    expect(daemon.connections.made).toBe(5);
    expect(daemon.peak).toEqual({ perConnection: 1, total: 5 });
  });

  test('there are at most eight connections; further requests wait, and each is answered', async () => {
    const asked = Array.from({ length: 30 }, () => client.executeHTTP(get('held')));
    await upstream.request(7);
    released.resolve();
    const responses = await Promise.all(asked);
    expect(responses.every(({ statusCode }) => statusCode === 200)).toBe(true);
    expect(daemon.connections.made).toBe(8);
    expect(daemon.peak).toMatchObject({ perConnection: 1, total: 8 });
  });

  test('requests that follow each other use the same connection', async () => {
    for (let count = 0; count < 3; count += 1) await client.executeHTTP(get('a'));
    expect(daemon.connections.made).toBe(1);
  });

  test('a waiting request can be cancelled', async () => {
    const busy = Array.from({ length: 8 }, () => client.executeHTTP(get('held')));
    const aborter = new AbortController();
    const queued = client.executeHTTP(get('never'), { signal: aborter.signal });
    const behind = client.executeHTTP(get('behind'));
    await upstream.request(7);
    aborter.abort(new Error('not waiting'));
    await expect(queued).rejects.toThrow('not waiting');
    released.resolve();
    await Promise.all([...busy, behind]);
    expect(upstream.requests.map(({ path }) => path)).not.toContain('/never');
  });

  test('a cancelled stream ends, and does not delay the next request', async () => {
    const aborter = new AbortController();
    const stream = client.streamHTTP(get('held'), { signal: aborter.signal });
    await upstream.request(0);
    aborter.abort();
    expect(await stream).toMatchObject({ outcome: 'cancelled' });
    expect(await client.executeHTTP(get('a'))).toMatchObject({ statusCode: 200 });
  });

  test('a lost answer fails only that request, in time, and the client recovers', async () => {
    const lost = client.executeHTTP(get('lost', 100));
    const fine = client.executeHTTP(get('wait/150'));
    await expect(lost).rejects.toMatchObject({ errorClass: ErrorClass.Timeout });
    expect(await fine).toMatchObject({ statusCode: 200 });
    expect(await client.executeHTTP(get('a'))).toMatchObject({ statusCode: 200 });
  });

  test('an answer above the frame limit fails only that request, and the client recovers', async () => {
    const fine = client.executeHTTP(get('wait/150'));
    await expect(client.executeHTTP(get('big'))).rejects.toMatchObject({
      errorClass: ErrorClass.Permanent,
      message: expect.stringContaining('over the limit of 10485760'),
    });
    expect(await fine).toMatchObject({ statusCode: 200 });
    expect(await client.executeHTTP(get('a'))).toMatchObject({ statusCode: 200 });
  });

  test('a body that is not text is refused, because it would be garbled', async () => {
    const request = { method: 'POST', url: `${upstream.url}/a`, body: Buffer.from([0xff, 0x00]) };
    await expect(client.executeHTTP(request)).rejects.toMatchObject({
      errorClass: ErrorClass.InvalidRequest,
    });
    expect(upstream.requests).toHaveLength(0);
  });

  test('close ends every connection', async () => {
    const asked = Array.from({ length: 3 }, () => client.executeHTTP(get('held')));
    await upstream.request(2);
    released.resolve();
    await Promise.all(asked);
    expect(daemon.connections.open).toBe(3);
    await client.close();
    await expect.poll(() => daemon.connections.open).toBe(0);
  });
});
