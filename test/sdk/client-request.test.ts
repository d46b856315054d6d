import { link, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MessageType } from '../../src/protocol/constants.js';
import { ErrorClass, type HTTPResponse, PROTOCOL_CONSTANTS, RuntimeClient } from '../../src/sdk/index.js';
import { withLongEnough } from '../support/clocks/long-enough.js';
import { pauseProcess } from '../support/clocks/pause.js';
import {
  failedAnswer,
  httpAnswer,
  type ScriptedConnection,
  startScriptedDaemon,
} from '../support/protocol/scripted-daemon.js';
import { scriptedEnds } from '../support/protocol/scripted-ends.js';

const GET = { method: 'GET', url: 'http://upstream.example/' };
const { ExecuteRequest, Cancel, HealthCheck } = MessageType;

const ends = scriptedEnds();

/** Sends a request and lets the daemon answer it. */
const answered = async (
  request: Promise<HTTPResponse>,
  connection: ScriptedConnection,
): Promise<HTTPResponse> => {
  const { requestId } = await connection.next(ExecuteRequest);
  connection.send(httpAnswer(requestId));
  return request;
};

describe('connecting', () => {
  test('without a daemon: one attempt, and an error that says what to do', async () => {
    await ends.daemon.stop();
    await expect(ends.client.connect()).rejects.toMatchObject({
      errorClass: ErrorClass.Transient,
      message: `no daemon at ${ends.daemon.path}: start one with \`vastar-tui runtime start\``,
    });
    expect(ends.client.state).toEqual({ status: 'idle' });
  });

  test('the error for a socket without a daemon says so', async () => {
    const path = join(ends.daemon.path, '../left.sock');
    const dead = createServer();
    await new Promise<void>((resolve) => dead.listen(path, resolve));
    // Closing removes the file. A hard link to it stands for the file that a killed process leaves.
    await link(path, `${path}2`);
    await new Promise((resolve) => dead.close(resolve));
    const lonely = new RuntimeClient({ socketPath: `${path}2` });
    await expect(lonely.connect()).rejects.toThrow('only a stale socket');
  });

  test('an untrusted socket gets no bytes', async () => {
    const file = join(ends.daemon.path, '../file');
    await writeFile(file, '');
    const wary = new RuntimeClient({ socketPath: file });
    await expect(wary.executeHTTP(GET)).rejects.toMatchObject({ errorClass: ErrorClass.Permanent });
  });

  test('TCP works like a socket', async () => {
    const server = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const overTcp = new RuntimeClient({ useTcp: true, tcpPort: address.port });
    await overTcp.connect();
    expect(overTcp.state.status).toBe('connected');
    await overTcp.close();
    await new Promise((resolve) => server.close(resolve));
    await expect(overTcp.connect()).rejects.toThrow(`no daemon at 127.0.0.1:${address.port}`);
  });

  test('simultaneous calls share one connection', async () => {
    await Promise.all([ends.client.connect(), ends.client.connect(), ends.client.health()]);
    expect(ends.daemon.connections).toHaveLength(1);
  });
});

describe('executeHTTP', () => {
  test('connects if needed, and returns the answer', async () => {
    const request = ends.client.executeHTTP(GET);
    const response = await answered(request, await ends.daemon.connection(0));
    expect(response).toMatchObject({
      statusCode: 200,
      headers: { 'x-test': '1' },
      durationUs: 1234,
      errorClass: ErrorClass.Success,
    });
    expect(response.body.toString()).toBe('ok');
    expect(response).not.toHaveProperty('errorMessage');
  });

  test('sends tenant, request and deadline', async () => {
    const known = new RuntimeClient({
      socketPath: ends.daemon.path,
      tenantId: 't',
      workspaceId: 'w',
      timeoutMs: 5000,
    });
    const before = Date.now();
    const request = known.executeHTTP({ ...GET, headers: { A: 'b' }, body: 'text', traceId: 'trace' });
    const connection = await ends.daemon.connection(0);
    const sent = await connection.next(ExecuteRequest);
    expect(sent).toMatchObject({
      tenantId: 't',
      workspaceId: 'w',
      traceId: 'trace',
      connectorName: 'http',
      operation: 'request',
    });
    expect(JSON.parse(Buffer.from(sent.payload).toString())).toEqual({
      ...GET,
      headers: { A: 'b' },
      body: 'text',
    });
    expect(Number(sent.deadlineAtMs)).toBeGreaterThanOrEqual(before + 5000);
    expect(Number(sent.deadlineAtMs)).toBeLessThanOrEqual(Date.now() + 5000);
    connection.send(httpAnswer(sent.requestId));
    await request;

    const other = known.executeHTTP({
      ...GET,
      tenantId: 't2',
      workspaceId: 'w2',
      timeoutMs: Number.POSITIVE_INFINITY,
      policy: { maxAttempts: 1, circuit: false, scope: 'm' },
    });
    const second = await connection.next(ExecuteRequest);
    expect(sent.policy).toEqual({ circuit: true, ceilings: true, deadlineTimeoutMs: 5000 });
    expect(second.policy).toEqual({ maxAttempts: 1, circuit: false, ceilings: true, scope: 'm' });
    expect(second).toMatchObject({ tenantId: 't2', workspaceId: 'w2', deadlineAtMs: 0n });
    connection.send(httpAnswer(second.requestId));
    await other;
    await known.close();
  });

  test('ids are above 32 bits, are safe integers and come back unchanged', async () => {
    const connecting = ends.client.connect();
    const connection = await ends.daemon.connection(0);
    await connecting;
    const ids: number[] = [];
    for (let count = 0; count < 3; count += 1) {
      const request = ends.client.executeHTTP(GET);
      const { requestId } = await connection.next(ExecuteRequest);
      connection.send(httpAnswer(requestId));
      const response = await request;
      expect(BigInt(response.requestId)).toBe(requestId);
      ids.push(response.requestId);
    }
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) {
      expect(id).toBeGreaterThan(2 ** 32);
      expect(Number.isSafeInteger(id)).toBe(true);
    }
  });

  test('HTTP errors are answers', async () => {
    const request = ends.client.executeHTTP(GET);
    const connection = await ends.daemon.connection(0);
    connection.send(httpAnswer((await connection.next(ExecuteRequest)).requestId, 503, 'later'));
    expect(await request).toMatchObject({ statusCode: 503 });
  });

  test.each([
    [ErrorClass.Transient, 'network'],
    [ErrorClass.Timeout, 'daemon'],
    [ErrorClass.RateLimited, 'daemon'],
    [ErrorClass.Permanent, 'daemon'],
    [ErrorClass.InvalidRequest, 'daemon'],
  ])("the error has the daemon's error class %i and message", async (errorClass, hop) => {
    const request = ends.client.executeHTTP(GET);
    const connection = await ends.daemon.connection(0);
    const { requestId } = await connection.next(ExecuteRequest);
    connection.send(failedAnswer(requestId, errorClass, 'because'));
    await expect(request).rejects.toMatchObject({
      errorClass,
      hop,
      message: 'because',
      requestId: Number(requestId),
    });
  });

  test('a reply without an id about a bad frame applies to the only running request', async () => {
    await ends.client.health();
    const request = ends.client.executeHTTP(GET);
    const connection = await ends.daemon.connection(0);
    await connection.next(ExecuteRequest);
    connection.send(failedAnswer(0n, ErrorClass.InvalidRequest, 'Invalid FlatBuffers message'));
    await expect(request).rejects.toMatchObject({
      errorClass: ErrorClass.InvalidRequest,
      message: 'Invalid FlatBuffers message',
    });
  });

  test('an answer that is not an HTTP answer is a typed error', async () => {
    const request = ends.client.executeHTTP(GET);
    const connection = await ends.daemon.connection(0);
    const { requestId } = await connection.next(ExecuteRequest);
    connection.send(failedAnswer(requestId, ErrorClass.Success, ''));
    await expect(request).rejects.toMatchObject({ errorClass: ErrorClass.Permanent, hop: 'daemon' });
  });

  test('many requests share a connection and can be answered in any order', async () => {
    await ends.client.health();
    const urls = ['a', 'b', 'c', 'd', 'e'].map((name) => `http://upstream.example/${name}`);
    const requests = urls.map((url) => ends.client.executeHTTP({ method: 'GET', url }));
    const connection = await ends.daemon.connection(0);
    const sent = [];
    while (sent.length < urls.length) sent.push(await connection.next(ExecuteRequest));
    for (const { requestId, payload } of sent.reverse()) {
      const { url } = JSON.parse(Buffer.from(payload).toString());
      connection.send(httpAnswer(requestId, 200, url));
    }
    const responses = await Promise.all(requests);
    expect(responses.map(({ body }) => body.toString())).toEqual(urls);
    expect(ends.daemon.connections).toHaveLength(1);
  });

  test('a daemon that does not answer the health request gets one request at a time', async () => {
    const silent = await startScriptedDaemon({ answersHealth: false });
    const patient = new RuntimeClient({ socketPath: silent.path });
    const requests = [patient.executeHTTP(GET), patient.executeHTTP(GET)];
    const requestOn = async (index: number): Promise<() => void> => {
      const connection = await silent.connection(index);
      const { requestId } = await connection.next(ExecuteRequest);
      return () => connection.send(httpAnswer(requestId));
    };
    const answerFirst = await requestOn(0);
    expect(silent.connections).toHaveLength(1);
    expect(silent.connections[0]?.received.filter(({ type }) => type === ExecuteRequest)).toHaveLength(1);
    answerFirst();
    // The client now knows that this daemon runs one request at a time, so it may use either connection.
    const answerSecond = await Promise.race([requestOn(0), requestOn(1)]);
    answerSecond();
    await Promise.all(requests);
    expect(patient.state).toMatchObject({ daemon: { kind: 'foreign' } });
    await patient.close();
    await silent.close();
  });

  test('a request that is too large for a frame fails before anything is sent, and others continue', async () => {
    await ends.client.connect();
    const body = 'x'.repeat(PROTOCOL_CONSTANTS.MAX_PAYLOAD_SIZE);
    await expect(ends.client.executeHTTP({ ...GET, method: 'POST', body })).rejects.toMatchObject({
      errorClass: ErrorClass.InvalidRequest,
      message: expect.stringContaining('exceed 10485760'),
    });
    const connection = await ends.daemon.connection(0);
    await answered(ends.client.executeHTTP(GET), connection);
    expect(connection.received.filter(({ type }) => type === ExecuteRequest)).toHaveLength(1);
  });

  test.each([0, -1, Number.NaN])('a limit of %d ms is refused', async (timeoutMs) => {
    await expect(ends.client.executeHTTP({ ...GET, timeoutMs })).rejects.toMatchObject({
      errorClass: ErrorClass.InvalidRequest,
    });
  });
});

describe('ending a request early', () => {
  test('by its own limit: Timeout, the daemon gets Cancel, and a late response is ignored', async () => {
    await ends.client.health();
    const failed = ends.client.executeHTTP({ ...GET, timeoutMs: 30 }).catch((error: unknown) => error);
    const connection = await ends.daemon.connection(0);
    const { requestId } = await connection.next(ExecuteRequest);
    expect(await failed).toMatchObject({
      errorClass: ErrorClass.Timeout,
      hop: 'client',
      message: 'no complete answer within 0.03 s: raise timeoutMs (timeout_ms, --timeout)',
      requestId: Number(requestId),
    });
    expect(await connection.next(Cancel)).toMatchObject({ requestId });
    connection.send(httpAnswer(requestId));
    await answered(ends.client.executeHTTP(GET), connection);
    expect(ends.daemon.connections).toHaveLength(1);
  });

  test("the daemon's error for a passed deadline wins over the client's", async () => {
    await ends.client.health();
    const request = ends.client.executeHTTP({ ...GET, timeoutMs: 30 });
    const connection = await ends.daemon.connection(0);
    const { requestId, deadlineAtMs } = await connection.next(ExecuteRequest);
    const timer = setInterval(() => {
      if (Date.now() >= Number(deadlineAtMs)) {
        connection.send(failedAnswer(requestId, ErrorClass.Timeout, 'the deadline passed while connecting'));
        clearInterval(timer);
      }
    }, 1);
    await expect(request).rejects.toThrow('the deadline passed while connecting');
  });

  test('an answer that came while the client got no CPU is in time', async () => {
    await ends.client.health();
    const connection = await ends.daemon.connection(0);
    const answer = await withLongEnough(
      async (timeoutMs) => {
        const request = ends.client.executeHTTP({ ...GET, timeoutMs }).catch((error: unknown) => error);
        const { requestId } = await connection.next(ExecuteRequest);
        connection.send(httpAnswer(requestId));
        // Longer than the limit and the time that the client gives the daemon to report it.
        pauseProcess(timeoutMs + 1100);
        return request;
      },
      // The limit may pass before the daemon gets the request.
      (one) => !(one instanceof Error),
      [30, 1500, 8000],
    );
    expect(answer).toMatchObject({ statusCode: 200 });
  });

  test('by a signal: rejects with its reason, and the daemon gets Cancel', async () => {
    await ends.client.health();
    const aborter = new AbortController();
    const request = ends.client.executeHTTP(GET, { signal: aborter.signal });
    const connection = await ends.daemon.connection(0);
    const { requestId } = await connection.next(ExecuteRequest);
    aborter.abort(new Error('changed my mind'));
    await expect(request).rejects.toThrow('changed my mind');
    expect(await connection.next(Cancel)).toMatchObject({ requestId });
  });

  test('before it was sent: nothing is sent', async () => {
    const signal = AbortSignal.abort(new Error('never'));
    await expect(ends.client.executeHTTP(GET, { signal })).rejects.toThrow('never');
    expect(ends.daemon.connections).toHaveLength(0);
  });
});

describe('a connection that ends', () => {
  test('fails all running requests as Transient, each with its own id; the next request connects again', async () => {
    await ends.client.health();
    const requests = [ends.client.executeHTTP(GET), ends.client.executeHTTP(GET)];
    const settled = Promise.allSettled(requests);
    const first = await ends.daemon.connection(0);
    const ids = [await first.next(ExecuteRequest), await first.next(ExecuteRequest)].map(({ requestId }) =>
      Number(requestId),
    );
    first.socket.destroy();
    const reasons = (await settled).map((outcome) => outcome.status === 'rejected' && outcome.reason);
    expect(reasons).toMatchObject(
      ids.map((requestId) => ({
        requestId,
        errorClass: ErrorClass.Transient,
        hop: 'daemon',
        message: 'the daemon closed the connection',
      })),
    );
    await answered(ends.client.executeHTTP(GET), await ends.daemon.connection(1));
  });

  test('in the middle of a message gives an error that says so', async () => {
    const request = ends.client.executeHTTP(GET);
    const connection = await ends.daemon.connection(0);
    await connection.next(ExecuteRequest);
    connection.socket.end(Buffer.from([0, 0, 1]));
    await expect(request).rejects.toThrow('in the middle of a message');
  });

  test.each([
    ['a frame over the limit', [0xff, 0xff, 0xff, 0xff], 'over the limit'],
    ['a frame of length 0', [0, 0, 0, 0], 'frame of length 0'],
    ['a malformed message', [0, 0, 0, 5, 1, 9, 9, 9, 9], 'malformed FlatBuffer'],
    ['an unknown type', [0, 0, 0, 1, 99], 'unknown frame type 99'],
    ["a client's message", [0, 0, 0, 1, HealthCheck], 'HealthCheck to a client'],
  ])('%s ends it with a typed error, and the client recovers', async (_name, bytes, message) => {
    const request = ends.client.executeHTTP(GET);
    const connection = await ends.daemon.connection(0);
    await connection.next(ExecuteRequest);
    connection.socket.write(Buffer.from(bytes));
    await expect(request).rejects.toMatchObject({
      errorClass: ErrorClass.Permanent,
      hop: 'daemon',
      message: expect.stringContaining(message),
    });
    await connection.closed;
    await answered(ends.client.executeHTTP(GET), await ends.daemon.connection(1));
  });

  test('a closed client refuses requests until it is connected again', async () => {
    await ends.client.connect();
    const request = ends.client.executeHTTP(GET);
    await (await ends.daemon.connection(0)).next(ExecuteRequest);
    await ends.client.close();
    await expect(request).rejects.toThrow('the client was closed');
    await expect(ends.client.executeHTTP(GET)).rejects.toThrow('call connect() first');
    await ends.client.connect();
    await answered(ends.client.executeHTTP(GET), await ends.daemon.connection(1));
  });
});
