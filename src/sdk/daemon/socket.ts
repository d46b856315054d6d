import { connect, type Socket } from 'node:net';
import { connectError, type Endpoint } from './endpoint.js';

const CONNECT_LIMIT_MS = 5000;
const READ_BUFFER_BYTES = 64 * 1024;

/** Reuses one buffer for all reads, which costs far less than a new buffer for each small read. */
export interface Incoming {
  buffer: Uint8Array;
  callback: (size: number, buffer: Uint8Array) => boolean;
  /** Receives the bytes of a read, which are overwritten after the call. */
  take: (bytes: Uint8Array) => void;
}

/**
 * Opens a socket to the daemon.
 * @throws {ConnectorException} that says what to do, or the signal's reason
 */
export async function openSocket(
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<{ socket: Socket; incoming: Incoming }> {
  const incoming = createIncoming();
  const socket =
    endpoint.kind === 'unix'
      ? connect({ path: endpoint.path, onread: incoming })
      : connect({ host: endpoint.host, port: endpoint.port, noDelay: true, onread: incoming });
  await connected(socket, signal).catch((error: unknown) => {
    socket.destroy();
    signal.throwIfAborted();
    throw connectError(endpoint, error);
  });
  return { socket, incoming };
}

function createIncoming(): Incoming {
  const incoming: Incoming = {
    buffer: new Uint8Array(READ_BUFFER_BYTES),
    callback(size, buffer) {
      incoming.take(buffer.subarray(0, size));
      return true;
    },
    // Replaced before the first bytes can arrive.
    take() {},
  };
  return incoming;
}

function connected(socket: Socket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (how: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.off('connect', onConnect);
      how();
    };
    const onAbort = (): void => settle(() => reject(signal.reason));
    const onConnect = (): void => settle(resolve);
    const timer = setTimeout(
      () => settle(() => reject(new Error(`no connection within ${CONNECT_LIMIT_MS / 1000} s`))),
      CONNECT_LIMIT_MS,
    );
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('connect', onConnect);
    // This listener stays, because a later error would otherwise be uncaught.
    socket.on('error', (error) => settle(() => reject(error)));
  });
}
