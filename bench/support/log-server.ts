// A provider that logs requests and send times, for benchmarks that compare a client's figures with the log.
//   /paced/TTFT/GAP/TOKENS/…   a stream: log-normal TTFT and gaps, their means in ms
//   /status/EVERY/STATUS/…     every EVERY-th request gets that status, the others a short stream
//   /busy/MOST/…               429 while more than MOST requests run; an answer takes 20 ms
//   /drop/EVERY/…              every EVERY-th request is dropped with its connection
//   /stall/EVERY/…             every EVERY-th answer stops after its first token
//   /hold/COUNT/…              answers all requests at once when COUNT have arrived
import type { Socket } from 'node:net';
import { draw } from '../../src/simulator/timing/distribution.js';
import { answer } from './answers.js';
import { httpChunk, httpEvent, jsonAnswer, STREAM_HEAD, serveBareHttp } from './bare-http.js';
import { monotonicUs } from './figures.js';

/** One request, on the machine's monotonic clock in µs. */
export interface Logged {
  kind: 'whole' | 'refused' | 'dropped' | 'stalled';
  readUs: number;
  /** When each token was written. */
  sentUs: number[];
}

export interface ServerLog {
  requests: Logged[];
  /** The most requests at the same time. */
  maxInFlight: number;
}

const SIGMA = { ttft: 0.1, gap: 0.25 };
const BUSY_MS = 20;
const SHORT = 3;

let log: ServerLog = { requests: [], maxInFlight: 0 };
let running = 0;
let waiting: (() => void)[] = [];

const token = (index: number): string =>
  httpEvent(
    `{"id":"x","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"${index} "}}]}`,
  );
const ending = (tokens: number): string =>
  httpEvent('{"id":"x","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}') +
  httpEvent(`{"id":"x","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":${tokens}}}`) +
  `${httpChunk('data: [DONE]\n\n')}0\r\n\r\n`;

const logNormal = (meanMs: number, sigma: number): number =>
  draw({ kind: 'log-normal', meanMs, sigma }, Math.random);

function finish(socket: Socket, text: string): void {
  running -= 1;
  socket.write(text);
}

function short(socket: Socket): void {
  finish(socket, STREAM_HEAD + [0, 1, 2].map(token).join('') + ending(SHORT));
}

function refuse(socket: Socket, entry: Logged, status: number): void {
  entry.kind = 'refused';
  finish(socket, jsonAnswer(status, '{"error":{"message":"refused"}}'));
}

function paced(socket: Socket, entry: Logged, ttftMs: number, gapMs: number, tokens: number): void {
  let dueUs = entry.readUs + logNormal(ttftMs, SIGMA.ttft) * 1000;
  // Relative to the intended time, so that delays don't add up.
  const wait = (): void => void setTimeout(next, Math.max(0, (dueUs - monotonicUs()) / 1000));
  const next = (): void => {
    if (socket.destroyed) return;
    const index = entry.sentUs.push(monotonicUs()) - 1;
    const text = index === 0 ? STREAM_HEAD + token(index) : token(index);
    if (index + 1 === tokens) {
      finish(socket, text + ending(tokens));
      return;
    }
    socket.write(text);
    dueUs += logNormal(gapMs, SIGMA.gap) * 1000;
    wait();
  };
  wait();
}

/** `hit`: whether this request gets the fault. */
type Serve = (
  socket: Socket,
  entry: Logged,
  numbers: readonly [number, number, number],
  hit: boolean,
) => void;

const KINDS: Record<string, Serve> = {
  paced: (socket, entry, numbers) => paced(socket, entry, ...numbers),
  status(socket, entry, [, status], hit) {
    if (hit) refuse(socket, entry, status);
    else short(socket);
  },
  busy(socket, entry, [most]) {
    if (running > most) refuse(socket, entry, 429);
    else setTimeout(short, BUSY_MS, socket);
  },
  drop(socket, entry, _numbers, hit) {
    if (!hit) {
      short(socket);
      return;
    }
    entry.kind = 'dropped';
    running -= 1;
    socket.resetAndDestroy();
  },
  stall(socket, entry, _numbers, hit) {
    if (!hit) {
      short(socket);
      return;
    }
    entry.kind = 'stalled';
    socket.once('close', () => {
      running -= 1;
    });
    socket.write(STREAM_HEAD + token(0));
  },
  hold(socket, _entry, [count]) {
    waiting.push(() => short(socket));
    if (waiting.length < count) return;
    for (const each of waiting) each();
    waiting = [];
  },
};

function respond(socket: Socket, path: string): void {
  const [, kind = '', first = '', second, third] = path.split('/');
  const entry: Logged = { kind: 'whole', readUs: monotonicUs(), sentUs: [] };
  const hit = log.requests.push(entry) % Number(first) === 0;
  running += 1;
  log.maxInFlight = Math.max(log.maxInFlight, running);
  KINDS[kind]?.(socket, entry, [Number(first), Number(second), Number(third)], hit);
}

const listening = serveBareHttp(respond);
answer('url', () => listening);
/** Returns the log so far, and starts a new one. */
answer('log', (): ServerLog => {
  const ended = log;
  log = { requests: [], maxInFlight: 0 };
  return ended;
});
