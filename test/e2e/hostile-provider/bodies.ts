import {
  brotliCompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import { flood } from '../../support/servers/raw-h2.js';
import type { Handler } from '../../support/servers/upstream.js';

const zeros = (): Buffer => Buffer.alloc(48 * 1024 * 1024);
let gzipped: Buffer | undefined;
/** Made once: compressing that much takes a large part of a second. */
const gzippedZeros = (): Buffer => {
  gzipped ??= gzipSync(zeros());
  return gzipped;
};
// The best quality takes fifteen times as long for the same 80 bytes.
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const encoded =
  (coding: string, body: () => Buffer, status = 200): Handler =>
  (_request, response) => {
    const headers = { 'content-type': 'text/event-stream', 'content-encoding': coding };
    response.writeHead(status, headers).end(body());
  };
const endless =
  (contentType: string, begin: string, again: string, status = 200): Handler =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': contentType }).write(begin);
    const piece = Buffer.from(again.repeat(Math.ceil(60_000 / again.length)));
    flood(response, () => piece);
  };
const whole =
  (contentType: string, body: string): Handler =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': contentType }).end(body);
  };
const times = (count: number, encode: (bytes: Buffer) => Buffer, bytes: Buffer): Buffer =>
  count === 0 ? bytes : times(count - 1, encode, encode(bytes));

const EVENTS = 'text/event-stream';
const JSON_TYPE = 'application/json';
const BOMB =
  /sent an? \w+ body that decodes to more than 16 MiB and 250 times its size: the rest of it is not read/;
// The client waits 1 s longer than the daemon. When a flood delays the daemon's error, the client's own ends the wait.
export const GIVEN_UP =
  /(the deadline passed after \d+ ms, in the middle of the answer from .*: raise |no complete answer within \d+ s: raise answerMs \()answer_ms/;
/** A body of a hostile provider, with the exit code and the error of `ask`. */
export type Attack = readonly [name: string, answer: Handler, code: number, says: RegExp];

export const COMPRESSED: readonly Attack[] = [
  ['a gzip bomb', encoded('gzip', gzippedZeros), 4, BOMB],
  ['a deflate bomb', encoded('deflate', () => deflateSync(zeros())), 4, BOMB],
  ['a deflate bomb without its header', encoded('deflate', () => deflateRawSync(zeros())), 4, BOMB],
  ['a br bomb', encoded('br', () => brotliCompressSync(zeros(), BROTLI)), 4, BOMB],
  ['a zstd bomb', encoded('zstd', () => zstdCompressSync(zeros())), 4, BOMB],
  [
    'zstd with a window of 128 MiB',
    encoded('zstd', () => zstdCompressSync(zeros(), { params: { [constants.ZSTD_c_windowLog]: 27 } })),
    3,
    /sent a zstd body that is damaged \(Frame requires too much memory for decoding\)/,
  ],
  ['a gzip bomb in gzip', encoded('gzip, gzip', () => times(1, gzipSync, gzippedZeros())), 4, BOMB],
  [
    'a bomb in five codings',
    encoded('gzip, gzip, gzip, gzip, gzip', () => times(4, gzipSync, gzippedZeros())),
    4,
    BOMB,
  ],
  [
    'a body of six codings',
    encoded('gzip, gzip, gzip, gzip, gzip, gzip', zeros),
    4,
    /6 content codings; the limit is 5/,
  ],
  [
    'a bomb with an error',
    encoded('gzip', gzippedZeros, 500),
    3,
    // The error is certain once its text is long enough. It names the bomb if that is found within the next 500 ms of
    // reading.
    /answered 500\. Try again in a moment\.(\n$|.*\n?.*decodes to more than 16 MiB)/,
  ],
];

export const PLAIN: readonly Attack[] = [
  [
    'an endless event line',
    endless(EVENTS, 'data: ', 'a'),
    4,
    /sent an event of more than 16777216 characters/,
  ],
  [
    "an event's name without end",
    endless(EVENTS, 'event: ', 'a'),
    4,
    /sent an event of more than 16777216 characters/,
  ],
  [
    'an event with endless lines',
    endless(EVENTS, '', 'data: aaaaaaaaaaaaaaaa\n'),
    4,
    /sent an event of more than 16777216/,
  ],
  [
    'JSON without end',
    endless(JSON_TYPE, '{"choices":[{"message":{"content":"', 'a'),
    4,
    /JSON text of more than 16777216/,
  ],
  [
    'JSON of brackets alone',
    whole(JSON_TYPE, '['.repeat(15_000_000)),
    4,
    /answered with JSON that is not a chat completion: \[\[/,
  ],
  [
    'an event with only brackets',
    whole(EVENTS, `data: ${'{"a":'.repeat(3_000_000)}\n\n`),
    4,
    /answered with events in an unknown format/,
  ],
  ['an endless web page', endless('text/html', '<html>', 'a'), 4, /web page/i],
  ['an endless refusal', endless(JSON_TYPE, '{"error":{"message":"', 'no ', 400), 7, /answered 400/],
  ['an endless error', endless('text/plain', '', 'no ', 500), 3, /answered 500/],
  ['an endless rate limit response', endless('text/plain', '', 'no ', 429), 5, /answered 429/],
];

/** Only the time limit ends these. */
export const ENDLESS: readonly Attack[] = [
  ['endless comments', endless(EVENTS, '', ': ping\n\n'), 6, GIVEN_UP],
  [
    'endless events without content',
    endless(EVENTS, '', 'data: {"choices":[{"delta":{}}]}\n\n'),
    6,
    GIVEN_UP,
  ],
  ['endless events that are not JSON', endless(EVENTS, '', 'data: {no json\n\n'), 6, GIVEN_UP],
  ['endless white space', endless(JSON_TYPE, '', ' '), 6, GIVEN_UP],
];

export const ATTACKS = [...COMPRESSED, ...PLAIN, ...ENDLESS];
