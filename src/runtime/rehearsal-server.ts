import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** A server in this process that gives each request the same response. */
export interface RehearsalServer {
  readonly port: number;
  /** Accepts no further connection, and may close those that are open. */
  close(): void;
}

/**
 * Starts the server. Rejects when `signal` aborts before it listens.
 * @param response the bytes of an HTTP/1.1 response; each piece is one write
 */
export async function startRehearsalServer(
  response: readonly string[],
  signal?: AbortSignal,
): Promise<RehearsalServer> {
  const server = createServer((socket) => {
    socket
      .on('error', () => {})
      .on('data', () => {
        for (const piece of response) socket.write(piece);
      });
  });
  server.listen(0, '127.0.0.1');
  try {
    await once(server, 'listening', { ...(signal !== undefined && { signal }) });
  } catch (error) {
    server.close();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  return { port, close: () => void server.close() };
}
