// A minimal daemon: frames in, HTTP out, frames back, without policies, figures and limits. Its cost is the lower bound
// for any daemon in Node on the machine. Arguments: its socket, and `undici` or `sockets` (bare sockets, which only
// support GET without a body).
import { connect, createServer, type Socket } from 'node:net';
import { Agent } from 'undici';
import { ErrorClass } from '../../src/common/errors.js';
import { MessageType } from '../../src/protocol/constants.js';
import { decodeMessage } from '../../src/protocol/decode.js';
import { encodeDaemonMessage } from '../../src/protocol/encode-daemon.js';
import { createFrameReader } from '../../src/protocol/frame.js';
import type { DaemonMessage, ExecuteRequest } from '../../src/protocol/messages.js';
import { answer } from './answers.js';

const [, , socketPath = '', upstream = 'undici'] = process.argv;
const TIMINGS = { reused: true, attempts: 1 };
const HEADERS = ['accept', '*/*', 'accept-encoding', 'identity'];
const HEALTH: DaemonMessage = {
  type: MessageType.HealthResponse,
  healthy: true,
  message: '',
  activeRequests: 0,
  availableCredits: 0,
  version: 'relay',
  capabilities: ['stream'],
  uptimeMs: 0,
  streamsOpen: 0,
  origins: [],
  limits: [],
};

interface Request {
  url: string;
  method: string;
  headers?: Record<string, string>;
  body?: string;
}
type Send = (message: DaemonMessage) => void;

function whole({ requestId }: ExecuteRequest, statusCode: number, body: string): DaemonMessage {
  const payload = Buffer.from(JSON.stringify({ status_code: statusCode, headers: {}, body }));
  const [errorClass, errorMessage] = [ErrorClass.Success, ''];
  const type = MessageType.ExecuteResponse;
  return { type, requestId, errorClass, errorMessage, payload, durationUs: 0, timings: TIMINGS };
}

const agent = new Agent();

function byUndici(message: ExecuteRequest, { url, method, headers = {}, body }: Request, send: Send): void {
  const { requestId } = message;
  const { origin, pathname } = new URL(url);
  const streams = message.operation === 'stream';
  let status = 0;
  let text = '';
  let sequence = 0;
  let bytes = 0;
  agent.dispatch(
    {
      origin,
      path: pathname,
      method,
      headers: [...HEADERS, ...Object.entries(headers).flat()],
      body: body ?? null,
    },
    {
      onRequestStart() {},
      onResponseStart(_controller, statusCode) {
        status = statusCode;
        if (!streams) return;
        send({ type: MessageType.StreamStart, requestId, statusCode, headers: [], timings: TIMINGS });
      },
      onResponseData(_controller, payload) {
        if (streams) send({ type: MessageType.StreamChunk, requestId, sequence, offsetUs: 0, payload });
        else text += payload.toString();
        sequence += 1;
        bytes += payload.length;
      },
      onResponseEnd() {
        if (!streams) return send(whole(message, status, text));
        const [errorClass, errorMessage] = [ErrorClass.Success, ''];
        const type = MessageType.StreamEnd;
        const ending = { errorClass, errorMessage, durationUs: 0, cancelled: false, bytes, timings: TIMINGS };
        send({ type, requestId, ...ending });
      },
      onResponseError(_controller, error) {
        throw error;
      },
    },
  );
}

/** Idle connections, and the callbacks that wait for an answer on the others. */
const idle: Socket[] = [];
const waiting = new Map<Socket, (bytes: Buffer) => void>();

function bySockets(message: ExecuteRequest, { url }: Request, send: Send): void {
  const { hostname: host, port, pathname } = new URL(url);
  let socket = idle.pop();
  if (socket === undefined) {
    const opened = connect({ host, port: Number(port), noDelay: true });
    opened.on('data', (bytes) => {
      idle.push(opened);
      waiting.get(opened)?.(bytes);
    });
    socket = opened;
  }
  // The benchmark's server sends a small answer in one piece.
  waiting.set(socket, (bytes) =>
    send(whole(message, 200, bytes.toString('utf8', bytes.indexOf('\r\n\r\n') + 4))),
  );
  socket.write(`GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\n\r\n`, 'latin1');
}

const server = createServer((socket) => {
  let frames: Buffer[] = [];
  const flush = (): void => {
    socket.write(Buffer.concat(frames));
    frames = [];
  };
  const send: Send = (message) => {
    if (frames.length === 0) process.nextTick(flush);
    frames.push(encodeDaemonMessage(message));
  };
  const reader = createFrameReader((type, payload) => {
    const message = decodeMessage(type, payload);
    if (message.type === MessageType.HealthCheck) send(HEALTH);
    if (message.type !== MessageType.ExecuteRequest) return;
    const request: Request = JSON.parse(Buffer.from(message.payload).toString());
    if (upstream === 'sockets') bySockets(message, request, send);
    else byUndici(message, request, send);
  });
  socket.on('data', reader.feed).on('error', () => {});
});
const ready = new Promise<void>((resolve) => server.listen(socketPath, resolve));
answer('ready', () => ready);
