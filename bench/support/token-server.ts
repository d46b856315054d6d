// A cheap provider for benchmarks, on bare sockets. It writes one event at a time, with the send time inside.
//   /rate/R/count/N/…   N chat chunks, R a second; 0 = as fast as the client reads
//   /flood/BYTES        that many bytes of body
//   /small              a short answer
//   /one/…              a whole chat completion in one write
//   /fault/cut|500      an answer cut off in the middle; an error status
import type { Socket } from 'node:net';
import { answer } from './answers.js';
import { httpChunk, httpEvent, jsonAnswer, STREAM_HEAD, serveBareHttp } from './bare-http.js';
import { monotonicUs } from './figures.js';
import { NO_TOKEN } from './lag.js';

const SMALL = jsonAnswer(200, '{"answer":"ok"}');
const ONE_BODY =
  'data: {"id":"x","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"Hello"}}]}\n\n' +
  'data: {"id":"x","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
const ONE = `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: ${ONE_BODY.length}\r\n\r\n${ONE_BODY}`;
const FAULT = jsonAnswer(500, '{"error":{"message":"bad"}}');
/** Above this rate, timers are too coarse, so the process sleeps between two writes. */
const SLEEPING_RATE = 100;
const napping = new Int32Array(new SharedArrayBuffer(4));

const token = (index: number): string =>
  httpEvent(
    `{"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench","system_fingerprint":"fp_bench","choices":[{"index":0,"delta":{"content":"${monotonicUs()}:${index} "},"logprobs":null,"finish_reason":null}]}`,
  );
const FINISH = `${httpEvent('{"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}')}${httpChunk('data: [DONE]\n\n')}0\r\n\r\n`;

function stream(socket: Socket, rate: number, count: number): void {
  socket.write(STREAM_HEAD);
  if (rate === 0) unpaced(socket, count);
  else if (rate < SLEEPING_RATE) byTimer(socket, rate, count);
  else void bySleeping(socket, rate, count);
}

/** A stream that `tick` writes. */
interface Paced {
  socket: Socket;
  dueUs: number;
  gapUs: number;
  index: number;
  count: number;
  log: number[];
}

const paced = new Set<Paced>();
let ticking: NodeJS.Timeout | undefined;
/** The writes of the paced streams, by the other side's port (see `Sent` in lag.ts). */
let sent = new Map<number, number[]>();

/** Streams begin at random moments within a gap, so that their tokens are spread. A late token delays no later one. */
function byTimer(socket: Socket, rate: number, count: number): void {
  const gapUs = 1_000_000 / rate;
  const log = sent.get(socket.remotePort ?? 0) ?? [];
  sent.set(socket.remotePort ?? 0, log);
  log.push(NO_TOKEN, STREAM_HEAD.length);
  paced.add({ socket, dueUs: monotonicUs() + Math.random() * gapUs, gapUs, index: 0, count, log });
  ticking ??= setInterval(tick, 1);
}

function tick(): void {
  const nowUs = monotonicUs();
  for (const stream of paced) {
    const { socket, log, count } = stream;
    for (; stream.dueUs <= nowUs && stream.index < count && !socket.destroyed; stream.index += 1) {
      const text = token(stream.index);
      log.push(monotonicUs(), text.length);
      socket.write(text, 'latin1');
      stream.dueUs += stream.gapUs;
    }
    if (stream.index < count && !socket.destroyed) continue;
    if (!socket.destroyed) {
      log.push(NO_TOKEN, FINISH.length);
      socket.write(FINISH);
    }
    paced.delete(stream);
  }
  if (paced.size > 0) return;
  clearInterval(ticking);
  ticking = undefined;
}

async function bySleeping(socket: Socket, rate: number, count: number): Promise<void> {
  const startUs = monotonicUs() + 1000;
  for (let index = 0; index < count && !socket.destroyed; index += 1) {
    const waitUs = startUs + (index * 1_000_000) / rate - monotonicUs();
    if (waitUs > 0) Atomics.wait(napping, 0, 0, waitUs / 1000);
    socket.write(token(index));
    // The socket's callbacks need an event-loop turn now and then.
    if (index % 50 === 49 || socket.writableNeedDrain) await new Promise(setImmediate);
  }
  socket.write(FINISH);
}

function unpaced(socket: Socket, count: number): void {
  let index = 0;
  const more = (): void => {
    while (index < count && socket.write(token(index))) index += 1;
    if (index < count) {
      index += 1; // the write that filled the buffer was accepted, too
      socket.once('drain', more);
    } else socket.write(FINISH);
  };
  more();
}

function flood(socket: Socket, bytes: number): void {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${bytes}\r\n\r\n`);
  const piece = Buffer.alloc(64 * 1024, 'x');
  let left = bytes;
  const more = (): void => {
    while (left > 0) {
      const part = piece.subarray(0, left);
      left -= part.length;
      if (!socket.write(part)) return void socket.once('drain', more);
    }
  };
  more();
}

/** Requests for `/one`, and when the first and the last arrived. */
export interface Ones {
  count: number;
  firstUs: number;
  lastUs: number;
}
const NONE: Ones = { count: 0, firstUs: 0, lastUs: 0 };
let ones = NONE;

function respond(socket: Socket, path: string): void {
  const [, kind, first, , second] = path.split('/');
  if (kind === 'rate') stream(socket, Number(first), Number(second));
  else if (kind === 'one') {
    const nowUs = monotonicUs();
    ones = { count: ones.count + 1, firstUs: ones.count === 0 ? nowUs : ones.firstUs, lastUs: nowUs };
    socket.write(ONE);
  } else if (kind === 'flood') flood(socket, Number(first));
  else if (kind === 'fault' && first === 'cut') {
    socket.write(STREAM_HEAD + token(0));
    setTimeout(() => socket.resetAndDestroy(), 5);
  } else socket.write(kind === 'fault' ? FAULT : SMALL);
}

const listening = serveBareHttp(respond);
answer('url', () => listening);
/** Returns the requests for `/one` so far, and resets the count. */
answer('ones', () => {
  const counted = ones;
  ones = NONE;
  return counted;
});
/** Returns the writes of paced streams, by the other side's port, and begins a new log. */
answer('sent', () => {
  const ended = [...sent];
  sent = new Map();
  return ended;
});
