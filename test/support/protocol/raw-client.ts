import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { MessageType } from '../../../src/protocol/constants.js';
import { decodeMessage } from '../../../src/protocol/decode.js';
import { createFrameReader } from '../../../src/protocol/frame.js';
import type { ExecuteRequest, Message, StreamChunk, StreamEnd } from '../../../src/protocol/messages.js';
import { encodeMessage } from './encode-message.js';

/** A received message, and its time (`performance.now()`). */
export type Arrival = Message & { atMs: number };

/** A client with only frames: without retries, window and checks. */
export interface RawClient {
  readonly socket: Socket;
  /** All received messages, in order. */
  readonly received: readonly Arrival[];
  send(message: Message): void;
  /** Writes raw bytes, valid or not. */
  write(bytes: Uint8Array | string): void;
  /** Returns the first message, past or future, that `wanted` accepts. Rejects when the connection closes first. */
  next<T extends Arrival>(wanted: (message: Arrival) => message is T): Promise<T>;
  next(wanted: (message: Arrival) => boolean): Promise<Arrival>;
  /** Resolves when the connection is closed, by whichever side. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

export async function rawClient(
  address: { kind: 'unix'; path: string } | { kind: 'tcp'; host: string; port: number },
): Promise<RawClient> {
  const socket = address.kind === 'unix' ? connect(address.path) : connect(address.port, address.host);
  await once(socket, 'connect');
  const received: Arrival[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const check of [...waiting]) check();
  };
  const reader = createFrameReader((type, payload) => {
    received.push({ ...decodeMessage(type, payload), atMs: performance.now() });
    wake();
  });
  let open = true;
  socket.on('data', (bytes) => reader.feed(typeof bytes === 'string' ? Buffer.from(bytes) : bytes));
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      open = false;
      wake();
      resolve();
    });
  });

  const next = (wanted: (message: Arrival) => boolean): Promise<Arrival> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const found = received.find(wanted);
        if (found === undefined && open) return;
        waiting.delete(check);
        if (found === undefined) reject(new Error('the daemon closed the connection'));
        else resolve(found);
      };
      waiting.add(check);
      check();
    });

  return {
    socket,
    received,
    closed,
    send: (message) => socket.write(encodeMessage(message)),
    write: (bytes) => socket.write(bytes),
    next: next as RawClient['next'],
    close: () => {
      socket.destroy();
      return closed;
    },
  };
}

/** An ExecuteRequest for the http connector. */
export function httpRequest(
  requestId: bigint,
  payload: Record<string, unknown> | string,
  fields: Partial<ExecuteRequest> = {},
): ExecuteRequest {
  return {
    type: MessageType.ExecuteRequest,
    requestId,
    tenantId: 'test',
    workspaceId: '',
    traceId: '',
    connectorName: 'http',
    operation: 'request',
    deadlineAtMs: 0n,
    payload: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
    headers: [],
    ...fields,
  };
}

/** The same for operation `stream`. */
export function httpStream(
  requestId: bigint,
  payload: Record<string, unknown> | string,
  fields: Partial<ExecuteRequest> = {},
): ExecuteRequest {
  return httpRequest(requestId, payload, { operation: 'stream', ...fields });
}

/** Matches messages of one type, and of one request if one is given. */
export function of<T extends MessageType>(type: T, requestId?: bigint) {
  return (message: Arrival): message is Extract<Arrival, { type: T }> =>
    message.type === type &&
    (requestId === undefined || ('requestId' in message && message.requestId === requestId));
}

/** All chunks of a stream so far. */
export function chunksOf(client: RawClient, requestId: bigint): Array<StreamChunk & { atMs: number }> {
  return client.received.filter(of(MessageType.StreamChunk, requestId));
}

/** A stream's body once it has ended, and its last frame. */
export async function streamOf(
  client: RawClient,
  requestId: bigint,
): Promise<{ body: Buffer; end: StreamEnd }> {
  const end = await client.next(of(MessageType.StreamEnd, requestId));
  return { body: Buffer.concat(chunksOf(client, requestId).map((chunk) => chunk.payload)), end };
}

/** The JSON inside an ExecuteResponse. */
export function jsonOf(message: { payload: Uint8Array }): {
  status_code: number;
  headers: Record<string, string>;
  body: string;
  body_encoding?: string;
} {
  return JSON.parse(Buffer.from(message.payload).toString());
}
