import { once } from 'node:events';
import { createServer } from 'node:net';
import { WORKERS } from '../run/workers.js';

/** Below the range of ephemeral ports, so that no other test's server or connection gets one of these. */
const FIRST = 15_000;
const END = 32_000;
/** The number of ports for each worker of the suite. */
const OF_A_WORKER = Math.floor((END - FIRST) / WORKERS);

const first = FIRST + (Number(process.env.VITEST_POOL_ID ?? 0) % WORKERS) * OF_A_WORKER;
let tried = process.pid * 101;

/** Returns a port of 127.0.0.1 where nothing listens, and where no other test will. */
export async function freePort(): Promise<number> {
  for (;;) {
    tried += 1;
    const port = first + (tried % OF_A_WORKER);
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
