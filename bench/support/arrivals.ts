// Loaded before a program under test, and before each of its threads: records when the bytes of each read from a server
// reached the program. ARRIVALS_PORT: the server's port. ARRIVALS_FILE: the file to write at the end; each thread adds its
// number to the name.
import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { threadId } from 'node:worker_threads';
import { monotonicUs } from './figures.js';

const { ARRIVALS_PORT = '', ARRIVALS_FILE = '' } = process.env;
const port = Number(ARRIVALS_PORT);
/** Three numbers for each read: the own port, the time, and how many events ended. */
let reads = new Float64Array(3 * 100_000);
let length = 0;

const emit = Socket.prototype.emit;
Socket.prototype.emit = function (this: Socket, name: string | symbol, ...values: unknown[]): boolean {
  const [bytes] = values;
  if (name === 'data' && bytes instanceof Buffer && this.remotePort === port) {
    const atUs = monotonicUs();
    let events = 0;
    for (let at = bytes.indexOf('\n\n'); at >= 0; at = bytes.indexOf('\n\n', at + 2)) events += 1;
    if (length === reads.length) {
      const grown = new Float64Array(2 * reads.length);
      grown.set(reads);
      reads = grown;
    }
    reads.set([this.localPort ?? 0, atUs, events], length);
    length += 3;
  }
  return Reflect.apply(emit, this, [name, ...values]);
};
process.on('exit', () => {
  if (length > 0) writeFileSync(`${ARRIVALS_FILE}.${threadId}`, new Uint8Array(reads.buffer, 0, 8 * length));
});
