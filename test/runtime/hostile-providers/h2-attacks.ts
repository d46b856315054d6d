import type { TLSSocket } from 'node:tls';
import { ErrorClass } from '../../../src/common/errors.js';
import { FLAG, FRAME, flood, h2Frame, literal, STATUS_200 } from '../../support/servers/raw-h2.js';
import { type Attack, NO_HEADERS, SILENT } from './attack.js';

const { Permanent, Timeout, Transient } = ErrorClass;
const NONE = Buffer.alloc(0);
const head = (stream: number, block: Buffer = STATUS_200): Buffer =>
  h2Frame(FRAME.headers, FLAG.endHeaders, stream, block);
/** Sends a head if `begun`, then the same frame again and again. */
const frames =
  (begun: boolean, type: number, flags: number, payload: Uint8Array = NONE, of?: 'connection' | 'next') =>
  (socket: TLSSocket, stream: number): void => {
    if (begun) socket.write(head(stream));
    const id = of === 'connection' ? 0 : of === 'next' ? stream + 2 : stream;
    const frame = h2Frame(type, flags, id, payload);
    const piece = Buffer.concat(Array<Buffer>(Math.ceil(20_000 / frame.length)).fill(frame));
    flood(socket, () => piece);
  };
const BROKEN =
  /broke the rules of HTTP\/2 \(.*\) \(ERR_HTTP2\w+\): if this continues, start the daemon with --http2 deny$/;
const RESET = /reset the request (before it answered|in the middle of its answer)/;

/** Returns a header table entry of 4 KB, followed by ten thousand references to it (RFC 7541, 7.3). */
function headerBomb(): Buffer {
  const entry = literal('a', 'b'.repeat(4000));
  entry.writeUInt8(0x40);
  return Buffer.concat([STATUS_200, entry, Buffer.alloc(10_000, 0x80 + 62)]);
}

export const OVER_HTTP2: Attack<TLSSocket>[] = [
  {
    name: 'a reset of each request',
    serve: (socket, stream) => socket.write(h2Frame(FRAME.resetStream, 0, stream, Buffer.from([0, 0, 0, 8]))),
    says: RESET,
    errorClass: Transient,
  },
  {
    name: 'endless resets of unknown streams',
    serve: frames(true, FRAME.resetStream, 0, Buffer.from([0, 0, 0, 8]), 'next'),
    says: BROKEN,
    errorClass: Transient,
  },
  {
    name: 'endless CONTINUATION frames',
    serve(socket, stream) {
      socket.write(h2Frame(FRAME.headers, 0, stream, STATUS_200));
      frames(false, FRAME.continuation, 0, literal('x-a', 'b'.repeat(100)))(socket, stream);
    },
    says: BROKEN,
    errorClass: Transient,
  },
  {
    name: 'endless empty CONTINUATION frames',
    serve(socket, stream) {
      socket.write(h2Frame(FRAME.headers, 0, stream, STATUS_200));
      frames(false, FRAME.continuation, 0)(socket, stream);
    },
    says: BROKEN,
    errorClass: Transient,
  },
  {
    name: 'endless CONTINUATION frames of trailers',
    serve(socket, stream) {
      socket.write(head(stream));
      socket.write(h2Frame(FRAME.headers, FLAG.endStream, stream, literal('x-t', 'a')));
      frames(false, FRAME.continuation, 0, literal('x-a', 'b'.repeat(100)))(socket, stream);
    },
    says: BROKEN,
    errorClass: Transient,
  },
  {
    name: 'endless SETTINGS frames',
    serve: frames(true, FRAME.settings, 0, NONE, 'connection'),
    says: BROKEN,
    errorClass: Transient,
  },
  {
    name: 'endless acknowledgements of SETTINGS',
    serve: frames(true, FRAME.settings, FLAG.ack, NONE, 'connection'),
    says: BROKEN,
    errorClass: Transient,
  },
  {
    name: 'SETTINGS with thousands of values',
    serve: frames(
      true,
      FRAME.settings,
      0,
      Buffer.alloc(12_000, Buffer.from([0, 16, 0, 0, 0, 0])),
      'connection',
    ),
    says: BROKEN,
    errorClass: Transient,
  },
  {
    name: 'endless PING frames',
    serve: frames(true, FRAME.ping, 0, Buffer.alloc(8), 'connection'),
    says: BROKEN,
    errorClass: Transient,
  },
  {
    name: 'endless unrequested PING answers',
    serve: frames(true, FRAME.ping, FLAG.ack, Buffer.alloc(8), 'connection'),
    says: BROKEN,
    errorClass: Transient,
  },
  {
    name: 'endless PRIORITY frames',
    serve: frames(true, FRAME.priority, 0, Buffer.from([0, 0, 0, 0, 1])),
    says: BROKEN,
    errorClass: Transient,
  },
  {
    name: 'endless WINDOW_UPDATE frames',
    serve: frames(true, FRAME.windowUpdate, 0, Buffer.from([0, 0, 0, 1])),
    says: SILENT,
    errorClass: Timeout,
  },
  {
    name: 'a window that overflows',
    serve: frames(true, FRAME.windowUpdate, 0, Buffer.from([0x7f, 255, 255, 255]), 'connection'),
    says: BROKEN,
    errorClass: Transient,
  },
  {
    name: 'endless empty DATA frames',
    serve: frames(true, FRAME.data, 0),
    says: BROKEN,
    errorClass: Permanent,
  },
  {
    name: 'endless DATA frames that contain only padding',
    serve: frames(true, FRAME.data, 8, Buffer.concat([Buffer.from([255]), Buffer.alloc(255)])),
    says: SILENT,
    errorClass: Timeout,
  },
  {
    name: 'DATA for an unknown stream',
    serve: frames(true, FRAME.data, 0, Buffer.alloc(10), 'next'),
    says: BROKEN,
    errorClass: Transient,
  },
  {
    name: 'a frame above the largest size',
    serve: frames(true, FRAME.data, 0, Buffer.alloc(100_000)),
    says: BROKEN,
    errorClass: Transient,
  },
  {
    name: 'a pushed response',
    serve: frames(
      false,
      FRAME.pushPromise,
      FLAG.endHeaders,
      Buffer.concat([Buffer.from([0, 0, 0, 2]), STATUS_200]),
    ),
    says: BROKEN,
    errorClass: Transient,
  },
  {
    name: 'endless GOAWAY frames',
    serve: frames(true, FRAME.goAway, 0, Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]), 'connection'),
    says: SILENT,
    errorClass: Timeout,
  },
  {
    name: 'endless frames of an unknown type',
    serve: frames(true, 0xfa, 0, Buffer.alloc(100), 'connection'),
    says: BROKEN,
    errorClass: Transient,
  },
  {
    name: 'headers that refer to one large entry ten thousand times',
    serve: (socket, stream) => socket.write(head(stream, headerBomb())),
    says: RESET,
    errorClass: Transient,
  },
  {
    name: 'a header table larger than allowed',
    serve: (socket, stream) =>
      socket.write(head(stream, Buffer.concat([Buffer.from([0x3f, 0xe1, 255, 255, 0x7f]), STATUS_200]))),
    says: BROKEN,
    errorClass: Transient,
  },
  {
    name: 'endless interim responses',
    serve: frames(false, FRAME.headers, FLAG.endHeaders, literal(':status', '103')),
    says: /sent interim responses \(1xx\) without end/,
    errorClass: Permanent,
  },
  {
    name: 'the head again and again',
    serve: frames(true, FRAME.headers, FLAG.endHeaders, STATUS_200),
    says: RESET,
    errorClass: Transient,
  },
  {
    name: 'bytes that are not HTTP/2',
    serve: (socket) => flood(socket, () => Buffer.alloc(16_384, 255)),
    says: BROKEN,
    errorClass: Transient,
  },
  { name: 'nothing', serve() {}, says: NO_HEADERS, errorClass: Timeout },
];
