import type { Socket } from 'node:net';
import { ErrorClass } from '../../../src/common/errors.js';
import { flood } from '../../support/raw-h2.js';
import { type Attack, NO_HEADERS, SILENT } from './attack.js';

const { Permanent, Timeout } = ErrorClass;
const OK = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n';
const TOO_MANY_HEADERS = /sent more headers than the limit \(--max-header-bytes\)/;

/** A head, then the same again and again. */
const after =
  (begin: string, again: string) =>
  (socket: Socket): void => {
    socket.write(begin);
    const piece = Buffer.from(again.repeat(Math.ceil(20_000 / again.length)));
    flood(socket, () => piece);
  };
const everyMs =
  (ms: number, begin: string, again: string) =>
  (socket: Socket): void => {
    socket.write(begin);
    const timer = setInterval(() => socket.write(again), ms);
    socket.once('close', () => clearInterval(timer));
  };

export const OVER_HTTP1: Attack<Socket>[] = [
  {
    name: 'headers without end',
    serve: after('HTTP/1.1 200 OK\r\n', 'x-a: bbbbbbbbbbbb\r\n'),
    says: TOO_MANY_HEADERS,
    errorClass: Permanent,
  },
  {
    name: 'tiny headers without end',
    serve: after('HTTP/1.1 200 OK\r\n', 'a:\r\n'),
    says: TOO_MANY_HEADERS,
    errorClass: Permanent,
  },
  {
    name: "a header's name without end",
    serve: after('HTTP/1.1 200 OK\r\n', 'a'),
    says: TOO_MANY_HEADERS,
    errorClass: Permanent,
  },
  {
    name: "a header's value without end",
    serve: after('HTTP/1.1 200 OK\r\nx: ', 'a'),
    says: TOO_MANY_HEADERS,
    errorClass: Permanent,
  },
  {
    name: 'trailers without end',
    serve: after(`${OK}transfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n`, 'x-t: a\r\n'),
    says: TOO_MANY_HEADERS,
    errorClass: Permanent,
  },
  {
    name: 'a reason phrase without end',
    serve: after('HTTP/1.1 200 ', 'a'),
    says: NO_HEADERS,
    errorClass: Timeout,
  },
  { name: 'empty lines without end', serve: after('', '\r\n'), says: NO_HEADERS, errorClass: Timeout },
  {
    name: 'interim responses without end',
    serve: after('', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'),
    says: /sent interim responses \(1xx\) without end/,
    errorClass: Permanent,
  },
  {
    name: 'an interim response now and then, and no other',
    serve: everyMs(50, '', 'HTTP/1.1 102 Processing\r\n\r\n'),
    says: NO_HEADERS,
    errorClass: Timeout,
  },
  {
    name: 'a 100 that nobody waits for',
    serve: after('', 'HTTP/1.1 100 Continue\r\n\r\n'),
    says: /sent a response without a request/,
    errorClass: Permanent,
  },
  {
    name: 'a head that drips',
    serve: everyMs(50, 'HTTP/1.1 200 OK\r\nx: ', 'a'),
    says: NO_HEADERS,
    errorClass: Timeout,
  },
  {
    name: 'what is no HTTP',
    serve: after('', '\x00\xff'),
    says: /did not answer in HTTP/,
    errorClass: Permanent,
  },
  {
    name: "a chunk's extension without end",
    serve: after(`${OK}transfer-encoding: chunked\r\n\r\n5;x=`, 'a'),
    says: SILENT,
    errorClass: Timeout,
  },
  {
    name: "a chunk's size of zeros without end",
    serve: after(`${OK}transfer-encoding: chunked\r\n\r\n`, '0'),
    says: SILENT,
    errorClass: Timeout,
  },
  {
    name: "a chunk's size that no number holds",
    serve: after(`${OK}transfer-encoding: chunked\r\n\r\n`, 'f'),
    says: /HTTP/,
    errorClass: Permanent,
  },
];
