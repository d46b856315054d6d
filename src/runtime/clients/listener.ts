import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { messageOf } from '../../common/errors.js';
import { addressText, type ListenAddress } from './address.js';
import { ListenError } from './listen-error.js';
import { claimSocketFile } from './socket-file.js';

/** Node's default of 64 KiB would pause a provider after two reads. */
const CLIENT_BUFFER_BYTES = 256 * 1024;

export interface Listener {
  /** With the port that the system chose for port 0. */
  readonly address: ListenAddress;
  /** Frees the socket's name: new clients don't find it, and connected ones are still served. */
  release(): Promise<void>;
  /** Frees the address; open connections stay. */
  close(): Promise<void>;
}

/**
 * Listens at `address` and reports each connection.
 * @throws {ListenError}
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
      // While the file exists the socket must accept: a process that finds it dead may remove it.
      await file.release();
      server.close();
    },
  };
}

async function listenTcp(server: Server, host: string, port: number): Promise<Listener> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(new ListenError(`port ${port} of ${host} is in use; use --tcp with another`, 'in-use'));
    });
    server.listen(port, host, resolve);
  });
  const bound = server.address();
  return {
    address: { kind: 'tcp', host, port: isAddressInfo(bound) ? bound.port : port },
    // A port has no name that could go before it.
    async release() {},
    async close() {
      server.close();
    },
  };
}

function isAddressInfo(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
