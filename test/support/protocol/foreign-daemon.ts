import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ErrorClass } from '../../../src/common/errors.js';
import { MessageType } from '../../../src/protocol/constants.js';
import { decodeMessage } from '../../../src/protocol/decode.js';
import { createFrameReader } from '../../../src/protocol/frame.js';
import type { ExecuteRequest } from '../../../src/protocol/messages.js';
import { encodeMessage } from './encode-message.js';

/** A daemon with only the public protocol (docs/protocol.md, part A), with its measured behaviour. */
export interface ForeignDaemon {
  path: string;
  /** The number of connections so far, and of open ones. */
  connections: { made: number; open: number };
  /** Types of all frames received, in order. */
  frameTypes: number[];
  /** The most requests at the same time, on one connection and on all. */
  peak: { perConnection: number; total: number };
  close(): Promise<void>;
}

export interface ForeignDaemonOptions {
  /** Requests that never get an answer; later requests on the connection are not served either. */
  loses?: (url: string) => boolean;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export async function startForeignDaemon({
  loses = () => false,
}: ForeignDaemonOptions = {}): Promise<ForeignDaemon> {
  const folder = await mkdtemp(join(tmpdir(), 'vt-foreign-'));
  const path = join(folder, 'd.sock');
  const sockets = new Set<Socket>();
  const connections = { made: 0, open: 0 };
  const frameTypes: number[] = [];
  const peak = { perConnection: 0, total: 0 };
  let inHand = 0;

  const server = createServer((socket) => {
    sockets.add(socket);
    connections.made += 1;
    connections.open += 1;
    socket.once('close', () => {
      sockets.delete(socket);
      connections.open -= 1;
    });
    socket.on('error', () => {});

    let serving = 0;
    const serve = async (type: number, payload: Uint8Array): Promise<void> => {
      serving += 1;
      inHand += 1;
      peak.perConnection = Math.max(peak.perConnection, serving);
      peak.total = Math.max(peak.total, inHand);
      const frame = await answerTo(type, payload, loses);
      serving -= 1;
      inHand -= 1;
      if (!socket.destroyed) socket.write(frame);
    };
    // Answers frames one after another.
    let last: Promise<void> = Promise.resolve();
    const reader = createFrameReader((type, payload) => {
      frameTypes.push(type);
      last = last.then(() => serve(type, payload));
    });
    socket.on('data', (bytes: Buffer) => reader.feed(bytes));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));

  return {
    path,
    connections,
    frameTypes,
    peak,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answerTo(type: number, payload: Uint8Array, loses: (url: string) => boolean): Promise<Buffer> {
  const started = performance.now();
  const answer = (requestId: bigint, errorClass: ErrorClass, errorMessage: string, body = ''): Buffer =>
    responseFrame({
      requestId,
      errorClass,
      errorMessage,
      payload: Buffer.from(body),
      durationUs: Math.round((performance.now() - started) * 1000),
    });

  const request = type === MessageType.ExecuteRequest ? readable(payload) : undefined;
  if (request === undefined) return answer(0n, ErrorClass.InvalidRequest, 'Invalid FlatBuffers message');
  const { requestId, connectorName } = request;
  if (connectorName !== 'http')
    return answer(requestId, ErrorClass.Permanent, 'DB execution not yet implemented');
  const http = parsed(request);
  if (http === undefined) return answer(requestId, ErrorClass.InvalidRequest, 'Invalid payload');
  if (loses(http.url)) return new Promise(() => {});
  if (!METHODS.has(http.method)) {
    return answer(
      requestId,
      ErrorClass.Transient,
      `HTTP request failed: Unsupported HTTP method: ${http.method}`,
    );
  }
  try {
    const { method, url, headers = {}, body = null } = http;
    const response = await fetch(url, { method, headers, body, redirect: 'manual' });
    // Converts any body to text, and waits for all of it.
    const text = await response.text();
    const headerRecord = Object.fromEntries(response.headers);
    const isStreaming = response.headers.get('content-type')?.includes('event-stream') === true;
    return answer(
      requestId,
      ErrorClass.Success,
      '',
      JSON.stringify({
        body: text,
        headers: headerRecord,
        is_streaming: isStreaming,
        status_code: response.status,
      }),
    );
  } catch {
    return answer(requestId, ErrorClass.Transient, 'HTTP request failed: HTTP request failed');
  }
}

interface HttpPayload {
  method: string;
  url: string;
  headers?: Record<string, string>;
  body?: string;
}

function readable(payload: Uint8Array): ExecuteRequest | undefined {
  try {
    const message = decodeMessage(MessageType.ExecuteRequest, payload);
    return message.type === MessageType.ExecuteRequest ? message : undefined;
  } catch {
    return undefined;
  }
}

function parsed(request: ExecuteRequest): HttpPayload | undefined {
  try {
    return JSON.parse(Buffer.from(request.payload).toString());
  } catch {
    return undefined;
  }
}

/** Also encodes a frame over the limit, which this daemon sends and our encoder would refuse. */
function responseFrame(response: {
  requestId: bigint;
  errorClass: ErrorClass;
  errorMessage: string;
  payload: Buffer;
  durationUs: number;
}): Buffer {
  const type = MessageType.ExecuteResponse as const;
  const size = response.payload.length;
  try {
    return encodeMessage({ type, ...response });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const header = Buffer.alloc(5);
    header.writeUInt32BE(1 + size, 0);
    header.writeUInt8(type, 4);
    return Buffer.concat([header, response.payload]);
  }
}
