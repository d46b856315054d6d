import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range of ephemeral ports, so that no other test's server or connection gets one of these. */
const FIRST = 15_000;
const COUNT = 17_000;

let tried = process.pid * 101;

/** Returns a port of 127.0.0.1 where nothing listens, and where no other test of this machine will, also of another run. */
export async function freePort(): Promise<number> {
  for (;;) {
    tried += 1;
    const port = FIRST + (tried % COUNT);
    if ((await reserve(port)) && (await isFree(port))) return port;
  }
}

/** Reserves the port until this process ends: the port of the same number for UDP belongs to one process at a time. */
async function reserve(port: number): Promise<boolean> {
  const socket = createSocket('udp4').bind({ port, address: '127.0.0.1', exclusive: true });
  try {
    await once(socket, 'listening');
    socket.unref();
    return true;
  } catch {
    socket.close();
    return false;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
