import type { Socket } from 'node:net';
import { ErrorClass } from '../../../src/common/errors.js';
import { flood } from '../../support/servers/raw-h2.js';
import { type Attack, NO_HEADERS, SILENT } from './attack.js';

const { Permanent, Timeout } = ErrorClass;
const OK = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n';
const TOO_MANY_HEADERS = /sent more headers than the limit \(--max-header-bytes\)/;

/** Sends a beginning, then the same text again and again. */
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
    name: 'endless headers',
    serve: after('HTTP/1.1 200 OK\r\n', 'x-a: bbbbbbbbbbbb\r\n'),
    says: TOO_MANY_HEADERS,
    errorClass: Permanent,
  },
  {
    name: 'endless tiny headers',
    serve: after('HTTP/1.1 200 OK\r\n', 'a:\r\n'),
    says: TOO_MANY_HEADERS,
    errorClass: Permanent,
  },
  {
    name: 'an endless header name',
    serve: after('HTTP/1.1 200 OK\r\n', 'a'),
    says: TOO_MANY_HEADERS,
    errorClass: Permanent,
  },
  {
    name: 'an endless header value',
    serve: after('HTTP/1.1 200 OK\r\nx: ', 'a'),
    says: TOO_MANY_HEADERS,
    errorClass: Permanent,
  },
  {
    name: 'endless trailers',
    serve: after(`${OK}transfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n`, 'x-t: a\r\n'),
    says: TOO_MANY_HEADERS,
    errorClass: Permanent,
  },
  {
    name: 'an endless reason phrase',
    serve: after('HTTP/1.1 200 ', 'a'),
    says: NO_HEADERS,
    errorClass: Timeout,
  },
  { name: 'endless empty lines', serve: after('', '\r\n'), says: NO_HEADERS, errorClass: Timeout },
  {
    name: 'endless interim responses',
    serve: after('', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'),
    says: /sent interim responses \(1xx\) without end/,
    errorClass: Permanent,
  },
  {
    name: 'only interim responses, now and then',
    serve: everyMs(50, '', 'HTTP/1.1 102 Processing\r\n\r\n'),
    says: NO_HEADERS,
    errorClass: Timeout,
  },
  {
    name: 'endless unrequested 100 responses',
    serve: after('', 'HTTP/1.1 100 Continue\r\n\r\n'),
    says: /sent interim responses \(1xx\) without end/,
    errorClass: Permanent,
  },
  {
    name: 'a head that drips',
    serve: everyMs(50, 'HTTP/1.1 200 OK\r\nx: ', 'a'),
    says: NO_HEADERS,
    errorClass: Timeout,
  },
  {
    name: 'text that is not HTTP',
    serve: after('', '\x00\xff'),
    says: /did not answer in HTTP/,
    errorClass: Permanent,
  },
  {
    name: 'an endless chunk extension',
    serve: after(`${OK}transfer-encoding: chunked\r\n\r\n5;x=`, 'a'),
    says: SILENT,
    errorClass: Timeout,
  },
  {
    name: 'a chunk size of endless zeros',
    serve: after(`${OK}transfer-encoding: chunked\r\n\r\n`, '0'),
    says: SILENT,
    errorClass: Timeout,
  },
  {
    name: 'a chunk size that is too large for a number',
    serve: after(`${OK}transfer-encoding: chunked\r\n\r\n`, 'f'),
    says: /HTTP/,
    errorClass: Permanent,
  },
];
