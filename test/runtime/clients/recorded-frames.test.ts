import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { MessageType } from '../../../src/protocol/constants.js';
import { decodeMessage } from '../../../src/protocol/decode.js';
import { createFrameReader } from '../../../src/protocol/frame.js';
import type { ExecuteResponse, Message } from '../../../src/protocol/messages.js';
import { type TestDaemon, testDaemon } from '../../support/protocol/daemon.js';
import { jsonOf, of } from '../../support/protocol/raw-client.js';
import { type Handler, startUpstream, type Upstream } from '../../support/servers/upstream.js';

// Recorded frames of the public SDK and answers of the public daemon, with the upstream that they were recorded with.
const RECORDED_PORT = 4599;
const wire = join(import.meta.dirname, '../../fixtures/wire');

const asRecorded: Handler = (request, response) => {
  const url = new URL(request.path, 'http://upstream');
  if (url.pathname === '/status') {
    response.statusCode = Number(url.searchParams.get('c'));
    response.setHeader('content-type', 'text/plain').end(`st${response.statusCode}`);
    return;
  }
  if (url.pathname === '/sse') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let index = 0; index < Number(url.searchParams.get('n')); index += 1) {
      response.write(`data: ${JSON.stringify({ choices: [{ delta: { content: `tok${index} ` } }] })}\n\n`);
    }
    response.end('data: [DONE]\n\n');
    return;
  }
  // Two headers that the public daemon does not send.
  const { connection, 'accept-encoding': encoding, ...headers } = request.headers;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ m: request.method, h: headers, b: request.body.toString() }));
};

let daemon: TestDaemon;
let upstream: Upstream;

beforeAll(async () => {
  daemon = await testDaemon();
  // The frames contain a four-digit port. If it is in use, it is replaced by another four-digit port.
  for (let port = RECORDED_PORT; upstream === undefined; port += 1) {
    upstream = await startUpstream(asRecorded, port).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' && port < 9999) return upstream;
      throw error;
    });
  }
});

afterAll(async () => {
  await daemon.close();
  await upstream.close();
});

/** Reads a recorded frame, and replaces its port, and its deadline by a future one. */
function recorded(file: string): Buffer {
  const bytes = readFileSync(join(wire, file));
  const frame = Buffer.from(
    bytes.toString('latin1').replaceAll(`:${RECORDED_PORT}`, `:${upstream.port}`),
    'latin1',
  );
  if (!file.endsWith('.request.bin')) return frame;
  const message = decoded(frame);
  if (message.type !== MessageType.ExecuteRequest) return frame;
  const deadline = Buffer.alloc(8);
  deadline.writeBigUInt64LE(message.deadlineAtMs);
  frame.writeBigUInt64LE(BigInt(Date.now() + 60_000), frame.indexOf(deadline));
  return frame;
}

function decoded(frame: Buffer): Message {
  const messages: Message[] = [];
  createFrameReader((type, payload) => messages.push(decodeMessage(type, payload))).feed(frame);
  const [message] = messages;
  if (message === undefined) throw new Error('no whole frame');
  return message;
}

/** Sends the recorded request, and returns our daemon's answer and the public daemon's recorded answer. */
async function replay(name: string): Promise<{ ours: ExecuteResponse; theirs: ExecuteResponse; id: bigint }> {
  const request = recorded(`${name}.request.bin`);
  const sent = decoded(request);
  const theirs = decoded(recorded(`${name}.response.bin`));
  if (sent.type !== MessageType.ExecuteRequest || theirs.type !== MessageType.ExecuteResponse) {
    throw new Error(`${name} holds other frames`);
  }
  const client = await daemon.client();
  client.write(request);
  return { ours: await client.next(of(MessageType.ExecuteResponse)), theirs, id: sent.requestId };
}

test.each(['get', 'post-json', 'status-404', 'status-429', 'status-500'])(
  'the recorded frame "%s" gets the same status and body as from the public daemon',
  async (name) => {
    const { ours, theirs, id } = await replay(name);
    expect(ours.requestId).toBe(id);
    expect(ours.errorClass).toBe(ErrorClass.Success);
    const [answer, expected] = [jsonOf(ours), jsonOf(theirs)];
    expect(answer.status_code).toBe(expected.status_code);
    if (!name.startsWith('status')) expect(JSON.parse(answer.body)).toEqual(JSON.parse(expected.body));
    else expect(answer.body).toBe(expected.body);
    expect(answer.headers['content-type']).toBe(expected.headers['content-type']);
  },
);

test('the recorded request for an event stream gets the whole stream in one answer', async () => {
  const { ours, id } = await replay('sse-buffered');
  expect(ours.requestId).toBe(id);
  const { status_code, body } = jsonOf(ours);
  expect(status_code).toBe(200);
  expect(body.match(/tok\d/g)).toEqual(['tok0', 'tok1', 'tok2']);
  expect(body).toMatch(/\[DONE\]\n\n$/);
});

test('a refused connection is Transient like from the public daemon, and its error names cause and origin', async () => {
  const { ours, theirs, id } = await replay('connection-refused');
  expect(ours.requestId).toBe(id);
  expect(ours.errorClass).toBe(theirs.errorClass);
  expect(ours.errorMessage).toBe(
    'nothing listens at http://127.0.0.1:4 (ECONNREFUSED): check that the server runs, and base_url',
  );
});

test('the error for an unknown method lists the known methods', async () => {
  const { ours, id } = await replay('unsupported-method');
  expect(ours.requestId).toBe(id);
  expect(ours.errorClass).toBe(ErrorClass.InvalidRequest);
  expect(ours.errorMessage).toMatch(/"WEIRD".*GET, HEAD, POST/);
});

test('a recorded request whose deadline is long past is a Timeout, and nothing is sent upstream', async () => {
  const before = upstream.requests.length;
  const client = await daemon.client();
  client.write(readFileSync(join(wire, 'get.request.bin')));
  const answer = await client.next(of(MessageType.ExecuteResponse));
  expect(answer.errorClass).toBe(ErrorClass.Timeout);
  expect(answer.errorMessage).toMatch(
    /deadline passed \d+ days before the request arrived, before anything was sent to http:\/\/127.*: give deadline_at_ms as Unix time in milliseconds$/,
  );
  expect(upstream.requests).toHaveLength(before);
});

test('a health frame gets a health response', async () => {
  const client = await daemon.client();
  client.write(recorded('health-unsupported.request.bin'));
  const health = await client.next(of(MessageType.HealthResponse));
  expect(health).toMatchObject({ healthy: true, message: 'ok', activeRequests: 0, streamsOpen: 0 });
  expect(health.capabilities).toEqual(['request', 'stream', 'cancel', 'credits', 'health', 'retry']);
  expect(health.version).toMatch(/^\d+\.\d+\.\d+/);
});

test('all recorded requests at once on one connection get one answer each, under their own id', async () => {
  const names = ['get', 'post-json', 'sse-buffered', 'status-404', 'status-429', 'status-500'];
  const frames = names.map((name) => recorded(`${name}.request.bin`));
  const client = await daemon.client();
  client.write(Buffer.concat(frames));
  const ids = frames.map(decoded).map((message) => ('requestId' in message ? message.requestId : 0n));
  await Promise.all(ids.map((id) => client.next(of(MessageType.ExecuteResponse, id))));
  expect(client.received).toHaveLength(names.length);
});
