import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_WINDOW_BYTES, MessageType } from '../../src/protocol/constants.js';
import {
  ErrorClass,
  RuntimeClient,
  type StreamEvent,
  type StreamOptions,
  type StreamResult,
} from '../../src/sdk/index.js';
import {
  failedAnswer,
  httpAnswer,
  type ScriptedConnection,
  type ScriptedDaemon,
  startScriptedDaemon,
  streamChunk,
  streamEnd,
  streamStart,
} from '../support/protocol/scripted-daemon.js';

const GET = { method: 'GET', url: 'http://upstream.example/' };
const { ExecuteRequest, Cancel, CreditUpdate } = MessageType;

let daemon: ScriptedDaemon;
let client: RuntimeClient;
let connection: ScriptedConnection;

beforeEach(async () => {
  daemon = await startScriptedDaemon();
  client = new RuntimeClient({ socketPath: daemon.path });
  await client.health();
  connection = await daemon.connection(0);
});
afterEach(async () => {
  await client.close();
  await daemon.close();
});

interface Stream {
  id: bigint;
  events: StreamEvent[];
  result: Promise<StreamResult>;
}

/** Starts a stream and collects its events. Resolves when the daemon has the request. */
const begin = async (options: StreamOptions = {}): Promise<Stream> => {
  const events: StreamEvent[] = [];
  const result = client.streamHTTP(GET, {
    ...options,
    onEvent: (event) => {
      events.push(event);
      return options.onEvent?.(event);
    },
  });
  result.catch(() => {}); // The test inspects the promise later.
  const { requestId, operation } = await connection.next(ExecuteRequest);
  expect(operation).toBe('stream');
  return { id: requestId, events, result };
};
const textOf = (events: readonly StreamEvent[]): string =>
  events.map((event) => (event.type === 'chunk' ? Buffer.from(event.data).toString() : '')).join('');

describe('a stream', () => {
  test('passes on head, chunks and result as they arrive', async () => {
    const { id, events, result } = await begin();
    const before = performance.now();
    connection.send(streamStart(id), streamChunk(id, 0, 'one '), streamChunk(id, 1, 'two'), streamEnd(id));
    expect(await result).toEqual({
      outcome: 'complete',
      requestId: Number(id),
      bytes: 7,
      durationUs: 5678,
      timings: { queuedUs: 10, lastByteUs: 5000, reused: true, attempts: 1 },
      buffered: false,
    });
    expect(events).toMatchObject([
      {
        type: 'start',
        statusCode: 200,
        headers: { 'content-type': 'text/event-stream' },
        timings: { queuedUs: 10, reused: true, attempts: 1 },
        buffered: false,
      },
      { type: 'chunk', sequence: 0, offsetUs: 0 },
      { type: 'chunk', sequence: 1, offsetUs: 100 },
    ]);
    expect(textOf(events)).toBe('one two');
    for (const { atMs } of events) expect(atMs).toBeGreaterThanOrEqual(before);
  });

  test('does not mix with another on the same connection', async () => {
    const a = await begin();
    const b = await begin();
    connection.send(
      streamStart(a.id),
      streamStart(b.id),
      streamChunk(b.id, 0, 'b0'),
      streamChunk(a.id, 0, 'a0'),
    );
    connection.send(streamChunk(b.id, 1, 'b1'), streamEnd(b.id), streamChunk(a.id, 1, 'a1'), streamEnd(a.id));
    await Promise.all([a.result, b.result]);
    expect([textOf(a.events), textOf(b.events)]).toEqual(['a0a1', 'b0b1']);
    expect(daemon.connections).toHaveLength(1);
  });

  test("that the daemon refuses rejects with the daemon's message", async () => {
    const { id, result } = await begin();
    connection.send(failedAnswer(id, ErrorClass.InvalidRequest, 'no method WEIRD'));
    await expect(result).rejects.toMatchObject({
      errorClass: ErrorClass.InvalidRequest,
      message: 'no method WEIRD',
    });
  });

  test('that fails in the middle passes on its events, then rejects', async () => {
    const { id, events, result } = await begin();
    connection.send(
      streamStart(id),
      streamChunk(id, 0, 'half'),
      streamEnd(id, ErrorClass.Transient, 'reset by peer'),
    );
    await expect(result).rejects.toMatchObject({
      errorClass: ErrorClass.Transient,
      message: 'reset by peer',
      requestId: Number(id),
    });
    expect(textOf(events)).toBe('half');
  });

  test('on a lost connection passes on its events, then rejects', async () => {
    const { id, events, result } = await begin();
    connection.send(streamStart(id), streamChunk(id, 0, 'half'));
    connection.socket.end();
    await expect(result).rejects.toMatchObject({ errorClass: ErrorClass.Transient, hop: 'daemon' });
    expect(textOf(events)).toBe('half');
  });

  test('that the daemon cancels without a request is a failure', async () => {
    const { id, result } = await begin();
    connection.send(streamStart(id), { ...streamEnd(id), cancelled: true } as ReturnType<typeof streamEnd>);
    await expect(result).rejects.toMatchObject({ errorClass: ErrorClass.Transient });
  });

  test.each<[string, (id: bigint) => ReturnType<typeof streamStart>[]]>([
    ['a chunk before the start', (id) => [streamChunk(id, 0, 'x')]],
    ['a chunk that is missing', (id) => [streamStart(id), streamChunk(id, 1, 'x')]],
    ['a chunk twice', (id) => [streamStart(id), streamChunk(id, 0, 'x'), streamChunk(id, 0, 'x')]],
    ['a second start', (id) => [streamStart(id), streamStart(id)]],
  ])('with %s closes the connection with an error', async (_name, messages) => {
    const { id, result } = await begin();
    connection.send(...messages(id));
    await expect(result).rejects.toMatchObject({
      errorClass: ErrorClass.Permanent,
      message: expect.stringContaining('broke the protocol'),
    });
    await connection.closed;
  });

  test('in answer to executeHTTP closes the connection with an error', async () => {
    const request = client.executeHTTP(GET);
    connection.send(streamStart((await connection.next(ExecuteRequest)).requestId));
    await expect(request).rejects.toThrow('StreamStart in answer to a request without a stream');
  });

  test('answered in one piece is marked as buffered', async () => {
    const { id, events, result } = await begin();
    connection.send(httpAnswer(id, 201, 'all of it'));
    expect(await result).toMatchObject({ outcome: 'complete', buffered: true, bytes: 9, durationUs: 1234 });
    expect(events).toMatchObject([
      { type: 'start', statusCode: 201, buffered: true, headers: { 'x-test': '1' } },
      { type: 'chunk', sequence: 0 },
    ]);
    expect(events[1]).not.toHaveProperty('offsetUs');
    expect(textOf(events)).toBe('all of it');
  });
});

describe('cancelling a stream', () => {
  test('ends it at once with its events so far, and sends Cancel; later events are dropped', async () => {
    const aborter = new AbortController();
    const arrived = Promise.withResolvers<void>();
    const { id, events, result } = await begin({
      signal: aborter.signal,
      onEvent: ({ type }) => {
        if (type === 'chunk') arrived.resolve();
      },
    });
    connection.send(streamStart(id), streamChunk(id, 0, 'some'));
    await arrived.promise;
    aborter.abort();
    expect(await result).toMatchObject({
      outcome: 'cancelled',
      bytes: 4,
      requestId: Number(id),
      buffered: false,
    });
    expect(await connection.next(Cancel)).toMatchObject({ requestId: id });
    connection.send(streamChunk(id, 1, 'more'), { ...streamEnd(id), cancelled: true } as ReturnType<
      typeof streamEnd
    >);
    await client.health();
    expect(textOf(events)).toBe('some');
    expect(daemon.connections).toHaveLength(1);
  });

  test('from inside onEvent: no further event, although more had arrived', async () => {
    const aborter = new AbortController();
    const { id, events, result } = await begin({ signal: aborter.signal, onEvent: () => aborter.abort() });
    connection.send(streamStart(id), streamChunk(id, 0, 'some'), streamEnd(id));
    expect(await result).toMatchObject({ outcome: 'cancelled' });
    expect(events).toHaveLength(1);
  });

  test('before its start sends nothing', async () => {
    const result = await client.streamHTTP(GET, { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ outcome: 'cancelled', bytes: 0 });
    await client.health();
    expect(connection.received.filter(({ type }) => type === ExecuteRequest)).toEqual([]);
  });

  test('by the limit for the whole answer rejects with Timeout, and the daemon gets Cancel', async () => {
    const result = client.streamHTTP({ ...GET, answerMs: 30 });
    const failed = expect(result).rejects.toMatchObject({ errorClass: ErrorClass.Timeout });
    const { requestId, deadlineAtMs } = await connection.next(ExecuteRequest);
    expect(deadlineAtMs).toBeGreaterThan(0n);
    connection.send(streamStart(requestId));
    await failed;
    expect(await connection.next(Cancel)).toMatchObject({ requestId });
  });

  test('by the limit for headers rejects with Timeout, but never after they have arrived', async () => {
    const late = client.streamHTTP({ ...GET, timeoutMs: 30 });
    const failed = expect(late).rejects.toThrow(
      'no response headers within 0.03 s: raise timeoutMs (timeout_ms',
    );
    const { requestId } = await connection.next(ExecuteRequest);
    await failed;
    expect(await connection.next(Cancel)).toMatchObject({ requestId });

    const healthy = client.streamHTTP({ ...GET, timeoutMs: 200, idleMs: 70 });
    const sent = await connection.next(ExecuteRequest);
    expect(sent).toMatchObject({ deadlineAtMs: 0n, policy: { headersTimeoutMs: 200, idleTimeoutMs: 70 } });
    connection.send(streamStart(sent.requestId));
    // Longer than the limit and the time that the client gives the daemon to report it.
    await sleep(1500);
    connection.send(streamChunk(sent.requestId, 0, 'late'), streamEnd(sent.requestId));
    expect(await healthy).toMatchObject({ outcome: 'complete', bytes: 4 });
  });

  test.each<[string, () => Promise<void> | void]>([
    [
      'throws',
      () => {
        throw new Error('no more, please');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no more, please'))],
  ])('by an onEvent that %s rejects with that error, and the daemon gets Cancel', async (_name, onEvent) => {
    const { id, events, result } = await begin({ onEvent });
    connection.send(streamStart(id), streamChunk(id, 0, 'some'));
    await expect(result).rejects.toThrow('no more, please');
    expect(await connection.next(Cancel)).toMatchObject({ requestId: id });
    expect(events).toHaveLength(1);
  });
});

describe('backpressure', () => {
  const QUARTER = new Uint8Array(DEFAULT_WINDOW_BYTES / 4);

  test('credits are granted as events are consumed, half a window at a time', async () => {
    const { id, result } = await begin();
    connection.send(streamStart(id), streamChunk(id, 0, QUARTER));
    await client.health();
    expect(connection.received.filter(({ type }) => type === CreditUpdate)).toEqual([]);
    connection.send(streamChunk(id, 1, QUARTER));
    expect(await connection.next(CreditUpdate)).toMatchObject({
      requestId: id,
      creditDelta: DEFAULT_WINDOW_BYTES / 2,
    });
    connection.send(streamEnd(id));
    await result;
  });

  test('a slow consumer gets one event at a time, and the daemon gets no credit until it continues', async () => {
    const gates: (() => void)[] = [];
    const { id, events, result } = await begin({
      onEvent: () => new Promise((resolve) => gates.push(resolve)),
    });
    connection.send(streamStart(id));
    for (let sequence = 0; sequence < 4; sequence += 1) connection.send(streamChunk(id, sequence, QUARTER));
    connection.send(streamEnd(id));
    await client.health();
    expect(events).toHaveLength(1);
    expect(connection.received.filter(({ type }) => type === CreditUpdate)).toEqual([]);

    let settled = false;
    void result.then(() => {
      settled = true;
    });
    for (let open = 0; open < 5; open += 1) {
      expect(settled).toBe(false);
      await expect.poll(() => gates.length, { interval: 1 }).toBe(open + 1);
      expect(events).toHaveLength(open + 1);
      gates[open]?.();
    }
    expect(await result).toMatchObject({ outcome: 'complete', bytes: DEFAULT_WINDOW_BYTES });
  });

  test('a slow stream does not delay another', async () => {
    const slow = await begin({ onEvent: () => new Promise(() => {}) });
    const quick = await begin();
    connection.send(streamStart(slow.id), streamChunk(slow.id, 0, 'stuck'));
    connection.send(streamStart(quick.id), streamChunk(quick.id, 0, 'through'), streamEnd(quick.id));
    expect(await quick.result).toMatchObject({ outcome: 'complete', bytes: 7 });
  });

  test('a daemon that sends without credit is disconnected before memory runs out', async () => {
    const gate = Promise.withResolvers<void>();
    const { id, result } = await begin({ onEvent: () => gate.promise });
    connection.send(streamStart(id));
    const megabyte = new Uint8Array(1 << 20);
    for (let sequence = 0; sequence < 12; sequence += 1) connection.send(streamChunk(id, sequence, megabyte));
    await connection.closed;
    gate.resolve();
    await expect(result).rejects.toThrow('a stream sent past its window');
  });
});
