// Loaded before a program under test, and before each of its threads: records when the bytes of each read from a server
// reached the program. ARRIVALS_PORT: the server's port. ARRIVALS_FILE: the file to write at the end; each thread adds its
// number to the name.
import { writeFileSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import type { NetConnectOpts, Socket } from 'node:net';
import { threadId } from 'node:worker_threads';
import { monotonicUs } from './figures.js';

// The imported object cannot be changed.
const net = createRequire(import.meta.url)('node:net') as typeof import('node:net');
const { ARRIVALS_PORT = '', ARRIVALS_FILE = '' } = process.env;
const port = Number(ARRIVALS_PORT);
/** Three numbers for each read: the own port, the time, and the number of bytes. */
let reads = new Float64Array(3 * 100_000);
let length = 0;

function record(socket: Socket, bytes: number): void {
  const atUs = monotonicUs();
  if (length === reads.length) {
    const grown = new Float64Array(2 * reads.length);
    grown.set(reads);
    reads = grown;
  }
  reads[length] = socket.localPort ?? 0;
  reads[length + 1] = atUs;
  reads[length + 2] = bytes;
  length += 3;
}

// A load test's connections read into their own buffers, so they emit no `data` events.
const connect = net.connect;
net.connect = ((options: NetConnectOpts, ...others: []) => {
  const { onread } = options;
  if (onread === undefined || !('port' in options) || options.port !== port)
    return connect(options, ...others);
  const { buffer, callback } = onread;
  return connect(
    {
      ...options,
      onread: {
        buffer,
        callback(this: Socket, count: number, bytes: Uint8Array) {
          record(this, count);
          return callback.call(this, count, bytes);
        },
      },
    },
    ...others,
  );
}) as typeof connect;
syncBuiltinESMExports();

process.on('exit', () => {
  if (length > 0) writeFileSync(`${ARRIVALS_FILE}.${threadId}`, new Uint8Array(reads.buffer, 0, 8 * length));
});
