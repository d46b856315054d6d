import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer, type TLSSocket } from 'node:tls';

const folder = join(import.meta.dirname, '..', '..', 'fixtures', 'tls');

/** HTTP/2 frame types (RFC 9113, 6). */
export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  resetStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const FLAG = { ack: 1, endStream: 1, endHeaders: 4 } as const;

/** A header block with only `:status: 200` (RFC 7541, A). */
export const STATUS_200 = Buffer.from([0x88]);

/** An HTTP/2 frame, valid or not. */
export function h2Frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A literal header field, not indexed, with its name (RFC 7541, 6.2.2). */
export function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0]), stringOf(name), stringOf(value)]);
}

function stringOf(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([integer(bytes.length, 7), bytes]);
}

/** An integer with a prefix of so many bits (RFC 7541, 5.1). */
function integer(value: number, bits: number): Buffer {
  const most = 2 ** bits - 1;
  if (value < most) return Buffer.from([value]);
  const bytes = [most];
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

const PREFACE_BYTES = 24;

/** A TLS server with a minimum of HTTP/2, which passes each request to `answer`. */
export async function startRawH2(
  answer: (socket: TLSSocket, stream: number) => void,
): Promise<{ url: string; close(): Promise<void> }> {
  const sockets = new Set<TLSSocket>();
  const server = createServer({
    key: readFileSync(join(folder, 'localhost.key.pem')),
    cert: readFileSync(join(folder, 'localhost.cert.pem')),
    ALPNProtocols: ['h2'],
  });
  server.on('secureConnection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    socket.write(h2Frame(FRAME.settings, 0, 0));
    let bytes: Buffer = Buffer.alloc(0);
    let skip = PREFACE_BYTES;
    socket.on('data', (more) => {
      bytes = Buffer.concat([bytes, more]);
      for (;;) {
        if (bytes.length < skip + 9) return;
        const length = bytes.readUIntBE(skip, 3);
        if (bytes.length < skip + 9 + length) return;
        const [type, flags] = [bytes.readUInt8(skip + 3), bytes.readUInt8(skip + 4)];
        const stream = bytes.readUInt32BE(skip + 5);
        bytes = bytes.subarray(skip + 9 + length);
        skip = 0;
        if (type === FRAME.settings && flags === 0) socket.write(h2Frame(FRAME.settings, FLAG.ack, 0));
        if (type === FRAME.headers) answer(socket, stream);
      }
    });
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://localhost:${port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Writes the results of `piece` as fast as the other side reads them, until the connection ends. */
export function flood(
  socket: NodeJS.WritableStream & { destroyed: boolean; once(event: 'close', listener: () => void): unknown },
  piece: () => Uint8Array,
): void {
  const more = (): void => {
    if (socket.destroyed) return;
    // Waits a turn of the event loop between two writes, so that the test can continue.
    if (socket.write(piece())) setImmediate(more);
    else socket.once('drain', more);
  };
  more();
}
