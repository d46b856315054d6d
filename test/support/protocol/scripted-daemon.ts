import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageType } from '../../../src/protocol/constants.js';
import { decodeMessage } from '../../../src/protocol/decode.js';
import { createFrameReader } from '../../../src/protocol/frame.js';
import type { HealthResponse } from '../../../src/protocol/health.js';
import type { Message } from '../../../src/protocol/messages.js';
import { encodeMessage } from './encode-message.js';

type MessageOf<T extends MessageType> = Extract<Message, { type: T }>;

/** A client's connection to a daemon that the test controls. */
export interface ScriptedConnection {
  socket: Socket;
  /** All received messages, including health checks. */
  received: Message[];
  /** Returns the next message of a type that no `next` has returned. */
  next<T extends MessageType>(type: T): Promise<MessageOf<T>>;
  send(...messages: Message[]): void;
  closed: Promise<void>;
}

export interface ScriptedDaemon {
  path: string;
  connections: ScriptedConnection[];
  /** Waits for connection number `index`, from 0. */
  connection(index: number): Promise<ScriptedConnection>;
  /** Closes all connections, and removes the socket's file. */
  stop(): Promise<void>;
  /** Listens again after `stop`. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export const HEALTHY: HealthResponse = {
  type: MessageType.HealthResponse,
  healthy: true,
  message: 'ok',
  activeRequests: 0,
  availableCredits: 0,
  version: '0.0.0-scripted',
  capabilities: ['stream'],
  uptimeMs: 1,
  streamsOpen: 0,
  origins: [],
  limits: [],
};

/** A frame server in a folder of its own. By default it answers only health checks. */
export async function startScriptedDaemon({ answersHealth = true } = {}): Promise<ScriptedDaemon> {
  const folder = await mkdtemp(join(tmpdir(), 'vt-scripted-'));
  const path = join(folder, 'd.sock');
  const connections: ScriptedConnection[] = [];
  const arrivals: PromiseWithResolvers<ScriptedConnection>[] = [];
  const arrival = (index: number): PromiseWithResolvers<ScriptedConnection> => {
    arrivals[index] ??= Promise.withResolvers<ScriptedConnection>();
    return arrivals[index];
  };

  let server: Server;
  const start = (): Promise<void> => {
    server = createServer((socket) => {
      const connection = scripted(socket, answersHealth);
      arrival(connections.push(connection) - 1).resolve(connection);
    });
    return new Promise((resolve) => server.listen(path, resolve));
  };
  const stop = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const { socket } of connections) socket.destroy();
    await closed;
  };
  await start();

  return {
    path,
    connections,
    connection: (index) => arrival(index).promise,
    start,
    stop,
    async close() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function scripted(socket: Socket, answersHealth: boolean): ScriptedConnection {
  const received: Message[] = [];
  const given = new Set<Message>();
  const checks = new Set<() => void>();
  const send = (...messages: Message[]): void => {
    socket.write(Buffer.concat(messages.map(encodeMessage)));
  };
  const reader = createFrameReader((type, payload) => {
    const message = decodeMessage(type, payload);
    received.push(message);
    if (answersHealth && message.type === MessageType.HealthCheck) send(HEALTHY);
    for (const check of [...checks]) check();
  });
  socket.on('data', (bytes: Buffer) => reader.feed(bytes));
  socket.on('error', () => {});

  return {
    socket,
    received,
    send,
    closed: new Promise((resolve) => socket.once('close', () => resolve())),
    next<T extends MessageType>(type: T): Promise<MessageOf<T>> {
      return new Promise((resolve) => {
        const check = (): void => {
          const found = received.find(
            (message): message is MessageOf<T> => message.type === type && !given.has(message),
          );
          if (found === undefined) return;
          given.add(found);
          checks.delete(check);
          resolve(found);
        };
        checks.add(check);
        check();
      });
    },
  };
}

/** The ExecuteResponse of an HTTP answer. */
export function httpAnswer(requestId: bigint, statusCode = 200, body = 'ok'): Message {
  return {
    type: MessageType.ExecuteResponse,
    requestId,
    errorClass: 0,
    errorMessage: '',
    payload: Buffer.from(JSON.stringify({ status_code: statusCode, headers: { 'X-Test': '1' }, body })),
    durationUs: 1234,
  };
}

/** The ExecuteResponse of a request that failed. */
export function failedAnswer(requestId: bigint, errorClass: number, errorMessage: string): Message {
  const type = MessageType.ExecuteResponse;
  return { type, requestId, errorClass, errorMessage, payload: new Uint8Array(0), durationUs: 0 };
}

export const streamStart = (requestId: bigint): Message => ({
  type: MessageType.StreamStart,
  requestId,
  statusCode: 200,
  headers: [['Content-Type', 'text/event-stream']],
  timings: { queuedUs: 10, reused: true, attempts: 1 },
});

export const streamChunk = (requestId: bigint, sequence: number, payload: Uint8Array | string): Message => ({
  type: MessageType.StreamChunk,
  requestId,
  sequence,
  offsetUs: 100 * sequence,
  payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
});

export const streamEnd = (requestId: bigint, errorClass = 0, errorMessage = ''): Message => ({
  type: MessageType.StreamEnd,
  requestId,
  errorClass,
  errorMessage,
  durationUs: 5678,
  cancelled: false,
  bytes: 0,
  timings: { queuedUs: 10, lastByteUs: 5000, reused: true, attempts: 1 },
});
