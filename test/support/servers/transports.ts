import type { Socket } from 'node:net';
import { flushed } from './compress.js';

/** A body in transit: the written pieces, and the ending. */
export interface Body {
  readonly type: 'text/event-stream' | 'application/json';
  readonly pieces: readonly string[];
  /** `end`: as the transport marks it. `cut`: the connection is closed in the middle. `open`: nothing more comes. */
  readonly ending: 'end' | 'cut' | 'open';
}

export interface Transport {
  readonly name: string;
  /** Whether the client can detect a complete body before its connection ends. */
  readonly framed: boolean;
  /** Writes head and body of a response to the socket. */
  send(socket: Socket, body: Body): Promise<void>;
}

const CODINGS = ['gzip', 'deflate', 'br', 'zstd'] as const;
const MISSING_BYTES = 100;

const write = (socket: Socket, data: string | Uint8Array): Promise<void> =>
  new Promise((resolve) => {
    if (socket.destroyed) resolve();
    else socket.write(data, () => resolve());
  });

const head = (version: string, type: string, ...fields: string[]): string =>
  [`HTTP/${version} 200 OK`, `content-type: ${type}`, ...fields, '', ''].join('\r\n');

const chunkOf = (piece: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]);

async function sendPieces(socket: Socket, pieces: readonly Uint8Array[], end: string, body: Body) {
  for (const piece of pieces) {
    await write(socket, piece);
    // Wait a turn, so that the pieces are usually read one by one.
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (body.ending === 'end' && end !== '') await write(socket, end);
  if (body.ending === 'cut' || (body.ending === 'end' && end === '')) socket.end();
}

const bytes = ({ pieces }: Body): Buffer[] => pieces.map((piece) => Buffer.from(piece));

/** HTTP's ways to send a body. */
export const TRANSPORTS: readonly Transport[] = [
  {
    name: 'content-length',
    framed: true,
    async send(socket, body) {
      const pieces = bytes(body);
      const size = pieces.reduce((sum, { length }) => sum + length, 0);
      const length = size + (body.ending === 'end' ? 0 : MISSING_BYTES);
      await write(socket, head('1.1', body.type, `content-length: ${length}`));
      await sendPieces(socket, pieces, '', { ...body, ending: body.ending === 'end' ? 'open' : body.ending });
    },
  },
  {
    name: 'chunked',
    framed: true,
    async send(socket, body) {
      await write(socket, head('1.1', body.type, 'transfer-encoding: chunked'));
      await sendPieces(socket, bytes(body).map(chunkOf), '0\r\n\r\n', body);
    },
  },
  {
    name: 'chunked with a trailer and extensions',
    framed: true,
    async send(socket, body) {
      await write(socket, head('1.1', body.type, 'transfer-encoding: chunked', 'trailer: x-sum'));
      const extended = (piece: Buffer): Buffer =>
        Buffer.from(chunkOf(piece).toString('latin1').replace('\r\n', ';a=1;b="c"\r\n'), 'latin1');
      await sendPieces(socket, bytes(body).map(extended), '0\r\nx-sum: 7\r\n\r\n', body);
    },
  },
  {
    name: 'close-delimited',
    framed: false,
    async send(socket, body) {
      await write(socket, head('1.1', body.type, 'connection: close'));
      await sendPieces(socket, bytes(body), '', body);
    },
  },
  {
    name: 'HTTP/1.0',
    framed: false,
    async send(socket, body) {
      await write(socket, head('1.0', body.type));
      await sendPieces(socket, bytes(body), '', body);
    },
  },
  ...CODINGS.map(
    (coding): Transport => ({
      name: coding,
      framed: true,
      async send(socket, body) {
        const pieces = await flushed(coding, bytes(body));
        // The coding ends together with the body.
        const sent = body.ending === 'end' ? pieces : pieces.slice(0, -1);
        await write(
          socket,
          head('1.1', body.type, `content-encoding: ${coding}`, 'transfer-encoding: chunked'),
        );
        const chunks = sent.filter(({ length }) => length > 0).map(chunkOf);
        await sendPieces(socket, chunks, '0\r\n\r\n', body);
      },
    }),
  ),
];
