import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createChatStream, ErrorClass, RuntimeClient, type StreamEvent } from '../../src/sdk/index.js';
import { withLongEnough } from '../support/clocks/long-enough.js';
import { PATIENCE_MS } from '../support/clocks/patience.js';
import { bundled } from '../support/programs/bundled.js';
import { until } from '../support/programs/program.js';
import { type TestDaemon, testDaemon } from '../support/protocol/daemon.js';
import { folderForTest } from '../support/run/temporary-folder.js';
import { freePort } from '../support/servers/free-port.js';
import { chunksOfQuirk, quirks } from '../support/servers/quirks.js';
import {
  deltaOf,
  type Script,
  serveTogether,
  sseEvents,
  startUpstream,
  type Upstream,
} from '../support/servers/upstream.js';

let daemon: TestDaemon;
let client: RuntimeClient;
const upstreams: Upstream[] = [];

beforeAll(async () => {
  daemon = await testDaemon();
  client = new RuntimeClient({ socketPath: daemon.path });
});
afterAll(async () => {
  await client.close();
  await daemon.close();
});
afterEach(async () => {
  await Promise.all(upstreams.splice(0).map((upstream) => upstream.close()));
});

const serve = async (answer: Parameters<typeof startUpstream>[0]): Promise<Upstream> => {
  const upstream = await startUpstream(answer);
  upstreams.push(upstream);
  return upstream;
};
const get = (url: string, timeoutMs = PATIENCE_MS): { method: string; url: string; timeoutMs: number } => ({
  method: 'GET',
  url,
  timeoutMs,
});

describe('through the real daemon', () => {
  test('the client recognises it', async () => {
    expect(await client.health()).toMatchObject({
      kind: 'vastar-tui',
      health: { healthy: true, capabilities: expect.arrayContaining(['stream', 'cancel', 'credits']) },
    });
  });

  test.each([
    [{ answerMs: 300, timeoutMs: 60_000 }, 'answer_ms (now 0.3 s) or --answer-timeout'],
    [{ answerMs: 60_000, timeoutMs: 300 }, 'timeout_ms (now 0.3 s) or --timeout'],
    [{ idleMs: 300, timeoutMs: 60_000 }, 'idle_ms (now 0.3 s) or --idle-timeout'],
  ])(
    'the error for a plain request that takes too long names the limit that ended it: %j',
    async (limits, setting) => {
      const upstream = await serve({ chunks: ['a'], end: 'hang' });
      const late = client.executeHTTP({ method: 'GET', url: upstream.url, ...limits });
      await expect(late).rejects.toThrow(`raise ${setting}`);
    },
  );

  test('a request and its answer arrive unchanged, as text and as bytes', async () => {
    const upstream = await serve((request, response) => {
      response.writeHead(201, { 'X-Seen': request.headers['x-mine'] }).end(request.body);
    });
    for (const body of [Buffer.from('Grüße 👋'), Buffer.from([0, 0xff, 0xfe, 0x80])]) {
      const response = await client.executeHTTP({
        method: 'POST',
        url: upstream.url,
        headers: { 'X-Mine': 'a' },
        body,
      });
      expect(response).toMatchObject({ statusCode: 201, headers: { 'x-seen': 'a' } });
      expect(response.body.equals(body)).toBe(true);
    }
  });

  test('chunks arrive as they are sent', async () => {
    const arrivals: number[] = [];
    const upstream = await serve({
      chunks: sseEvents(...Array.from({ length: 10 }, (_, index) => deltaOf(`t${index} `)), '[DONE]').slice(
        0,
        10,
      ),
      // The upstream sends the next chunk only after the last one has arrived.
      onSend: (index) => until(() => arrivals.length === index),
    });
    const result = await client.streamHTTP(get(upstream.url), {
      onEvent: (event) => {
        if (event.type === 'chunk') arrivals.push(event.atMs);
      },
    });
    expect(result).toMatchObject({ outcome: 'complete', buffered: false });
    expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
    expect(new Set(arrivals).size).toBe(10);
  });

  test('the stream has the response’s head and the timeline', async () => {
    const upstream = await serve({
      status: 418,
      headers: { 'X-Pot': 'tea' },
      chunks: ['short'],
      delayMs: 20,
    });
    const events: StreamEvent[] = [];
    const result = await client.streamHTTP(get(upstream.url), {
      onEvent: (event) => void events.push(event),
    });
    expect(events[0]).toMatchObject({ type: 'start', statusCode: 418, headers: { 'x-pot': 'tea' } });
    const { timings } = result;
    expect(timings).toMatchObject({ attempts: 1, reused: false });
    expect(timings.firstByteUs).toBeGreaterThan(20_000 - 2000);
    expect(timings.lastByteUs).toBeGreaterThanOrEqual(timings.firstByteUs ?? Number.NaN);
    expect(result.durationUs).toBeGreaterThanOrEqual(timings.lastByteUs ?? Number.NaN);
    expect(result.bytes).toBe(5);
  });

  test('a cancel ends the stream here and upstream', async () => {
    const upstream = await serve({ chunks: sseEvents(deltaOf('first')), end: 'hang' });
    const aborter = new AbortController();
    const stream = client.streamHTTP(get(upstream.url), {
      signal: aborter.signal,
      onEvent: (event) => {
        if (event.type === 'chunk') aborter.abort();
      },
    });
    expect(await stream).toMatchObject({
      outcome: 'cancelled',
      bytes: sseEvents(deltaOf('first')).join('').length,
    });
    expect(await (await upstream.request(0)).ended).toBe('hung up');
  });

  test('the error for a time limit says where the time went, and the request ends upstream', async () => {
    const upstream = await serve(() => {});
    const error = await withLongEnough(
      (limitMs) => client.streamHTTP(get(upstream.url, limitMs)).catch((thrown: unknown) => thrown),
      () => upstream.requests.length > 0,
    );
    expect(error).toMatchObject({
      errorClass: ErrorClass.Timeout,
      message: expect.stringContaining('while waiting for an answer from'),
    });
    expect(await (await upstream.request(0)).ended).toBe('hung up');
  });

  test('the error for a refused connection names the origin', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    await expect(client.streamHTTP(get(url))).rejects.toMatchObject({
      errorClass: ErrorClass.Transient,
      message: expect.stringContaining(url),
    });
  });

  test('a response that is cut off rejects after its events', async () => {
    const upstream = await serve({ chunks: ['half'], end: 'cut' });
    let text = '';
    const stream = client.streamHTTP(get(upstream.url), {
      onEvent: (event) => {
        if (event.type === 'chunk') text += Buffer.from(event.data).toString();
      },
    });
    await expect(stream).rejects.toMatchObject({ errorClass: ErrorClass.Transient });
    expect(text).toBe('half');
  });

  test('five requests run at the same time on one connection', async () => {
    const upstream = await serve(serveTogether(5));
    const connections = daemon.connections();
    const responses = await Promise.all(
      Array.from({ length: 5 }, () => client.executeHTTP(get(upstream.url))),
    );
    expect(responses.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200, 200]);
    expect(daemon.connections()).toBe(connections);
  });

  test('a large answer arrives whole while the client grants credits', async () => {
    const piece = Buffer.alloc(64 * 1024, 'x');
    const upstream = await serve({ chunks: Array.from({ length: 128 }, () => piece) });
    let bytes = 0;
    const result = await client.streamHTTP(get(upstream.url), {
      onEvent: async (event) => {
        if (event.type === 'chunk') bytes += event.data.length;
      },
    });
    expect(bytes).toBe(128 * piece.length);
    expect(result.bytes).toBe(bytes);
  });

  test('a consumer that stops costs one window of memory, and another stream continues', async () => {
    const piece = Buffer.alloc(64 * 1024, 'x');
    let sent = 0;
    const upstream = await serve({
      chunks: Array.from({ length: 400 }, () => piece),
      onSend: () => {
        sent += piece.length;
      },
    });
    const other = await serve({ contentType: 'text/plain', chunks: ['quick'] });
    const gate = Promise.withResolvers<void>();
    const slow = client.streamHTTP(get(upstream.url), { onEvent: () => gate.promise });
    await upstream.request(0);
    for (let round = 0; round < 20; round += 1) {
      expect(await client.streamHTTP(get(other.url))).toMatchObject({ bytes: 5 });
    }
    // The window and the sockets' buffers, which is far below the 26 MB of the answer.
    expect(sent).toBeLessThan(12 << 20);
    gate.resolve();
    expect(await slow).toMatchObject({ outcome: 'complete', bytes: 400 * piece.length });
  });
});

describe('the streams of real servers, served over HTTP', () => {
  test.each(quirks)('$name', async (quirk) => {
    const script: Script = { contentType: quirk.content_type, chunks: chunksOfQuirk(quirk) };
    const upstream = await serve(script);
    let chat = createChatStream({ statusCode: 0, contentType: '' });
    await client.streamHTTP(get(upstream.url), {
      onEvent: (event) => {
        if (event.type === 'chunk') chat.feed(event.data);
        else if (event.type === 'start')
          chat = createChatStream({
            statusCode: event.statusCode,
            contentType: event.headers['content-type'] ?? '',
          });
      },
    });
    const { text, outcome, finishReason } = chat.end({ kind: 'closed' });
    expect({ text, outcome, finishReason }).toEqual({
      text: quirk.expect.text,
      outcome: quirk.expect.outcome,
      finishReason: quirk.expect.finish_reason ?? null,
    });
  });
});

describe('a daemon that is killed', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  const start = async (path: string): Promise<ChildProcess> => {
    const program = await bundled('daemon', 'src/runtime/main.ts');
    const child = spawn(process.execPath, [program, '--socket', path], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    children.push(child);
    await once(child.stderr, 'data'); // "listening on …"
    return child;
  };

  test('in the middle of an answer: the text so far is kept, the error says so, and the client connects to the next daemon', async () => {
    const folder = folderForTest();
    const path = join(folder, 'd.sock');
    const upstream = await serve({ chunks: sseEvents(deltaOf('so far')), end: 'hang' });
    const first = await start(path);
    const survivor = new RuntimeClient({ socketPath: path });
    const chat = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
    const arrived = Promise.withResolvers<void>();
    const stream = survivor.streamHTTP(get(upstream.url), {
      onEvent: (event) => {
        if (event.type !== 'chunk') return;
        chat.feed(event.data);
        arrived.resolve();
      },
    });
    await arrived.promise;
    const waiting = new Promise<void>((resolve) => {
      survivor.subscribe(({ status }) => status === 'waiting' && resolve());
    });
    first.kill('SIGKILL');
    const error = await stream.then(
      () => undefined,
      (reason) => reason,
    );
    expect(error).toMatchObject({ errorClass: ErrorClass.Transient, hop: 'daemon' });
    expect(chat.end({ kind: 'failed', error })).toMatchObject({ outcome: 'error', text: 'so far' });
    await waiting;

    const connected = new Promise<void>((resolve) => {
      survivor.subscribe(({ status }) => status === 'connected' && resolve());
    });
    const second = await start(path);
    await connected;
    expect(await survivor.health()).toMatchObject({ kind: 'vastar-tui' });
    await survivor.close();
    const ended = once(second, 'exit');
    second.kill();
    await ended;
  });
});

test('a daemon at its connection limit says so, and does not count as a foreign one', async () => {
  const crowded = await testDaemon({ limits: { connections: 1 } });
  const client = new RuntimeClient({ socketPath: crowded.path, reconnect: false });
  const kinds: unknown[] = [];
  client.subscribe((state) => kinds.push(state.status === 'connected' ? state.daemon?.kind : undefined));
  try {
    await crowded.client();
    await expect(client.executeHTTP({ method: 'GET', url: 'http://127.0.0.1:1' })).rejects.toMatchObject({
      errorClass: ErrorClass.RateLimited,
      message: expect.stringContaining('--max-connections'),
    });
    expect(kinds).not.toContain('foreign');
  } finally {
    await client.close();
    await crowded.close();
  }
});

describe('a request above the frame limit of its daemon', () => {
  const big = { method: 'POST', url: 'http://127.0.0.1:1', body: 'x'.repeat(5000) };
  const advice = 'send less at once, or raise --max-frame-bytes: frame of';
  let strict: TestDaemon;
  let client: RuntimeClient;
  beforeEach(async () => {
    strict = await testDaemon({ limits: { frameBytes: 2000 } });
    client = new RuntimeClient({ socketPath: strict.path });
    await client.health();
  });
  afterEach(async () => {
    await client.close();
    await strict.close();
  });

  test('fails with the reason, and the next request uses a new connection', async () => {
    await expect(client.executeHTTP(big)).rejects.toMatchObject({
      errorClass: ErrorClass.InvalidRequest,
      message: expect.stringContaining(advice),
    });
    const next = client.executeHTTP({ method: 'GET', url: 'http://127.0.0.1:1' });
    await expect(next).rejects.toThrow('nothing listens at http://127.0.0.1:1');
  });

  test('among others: all fail with the reason', async () => {
    const upstream = await startUpstream({ end: 'hang' });
    const other = client.executeHTTP({ method: 'GET', url: upstream.url });
    await upstream.request(0);
    for (const request of [other, client.executeHTTP(big)])
      await expect(request).rejects.toMatchObject({
        errorClass: ErrorClass.Transient,
        message: expect.stringContaining(`the daemon closed the connection: ${advice}`),
      });
    await upstream.close();
  });
});
