import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { messageOf } from '../../common/errors.js';
import { addressText, type ListenAddress } from './address.js';
import { ListenError } from './listen-error.js';
import { claimSocketFile } from './socket-file.js';

/** With Node's default of 64 KiB, backpressure would pause the provider after two reads. */
const CLIENT_BUFFER_BYTES = 256 * 1024;

export interface Listener {
  /** Includes the port that the system chose for port 0. */
  readonly address: ListenAddress;
  /** Removes the socket's file, so that new clients can't connect. Connected clients stay connected. */
  release(): Promise<void>;
  /** Stops listening. Open connections stay open. */
  close(): Promise<void>;
}

/**
 * Listens at `address` and reports each connection.
 * @throws {ListenError} when the address can't be used
 */
export async function openListener(
  address: ListenAddress,
  onConnection: (socket: Socket) => void,
): Promise<Listener> {
  const server = createServer({ highWaterMark: CLIENT_BUFFER_BYTES, noDelay: true }, onConnection);
  try {
    return address.kind === 'unix'
      ? await listenUnix(server, address.path)
      : await listenTcp(server, address.host, address.port);
  } catch (error) {
    server.close();
    if (error instanceof ListenError) throw error;
    throw new ListenError(`cannot listen at ${addressText(address)}: ${messageOf(error)}`);
  }
}

async function listenUnix(server: Server, path: string): Promise<Listener> {
  const file = await claimSocketFile(server, path);
  return {
    address: { kind: 'unix', path },
    release: file.release,
    async close() {
      // Remove the file first. A closed server refuses connections, so another process may replace the file, and the
      // removal could then hit the new one.
      await file.release();
      server.close();
    },
  };
}

async function listenTcp(server: Server, host: string, port: number): Promise<Listener> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(new ListenError(`choose another port with --tcp: port ${port} of ${host} is in use`, 'in-use'));
    });
    server.listen(port, host, resolve);
  });
  const bound = server.address();
  return {
    address: { kind: 'tcp', host, port: isAddressInfo(bound) ? bound.port : port },
    // A TCP port has no file to remove.
    async release() {},
    async close() {
      server.close();
    },
  };
}

function isAddressInfo(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
