import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { RehearsalServer } from './rehearsal-server.js';

/** A key agreement without certificates, since the program has none for a server. Both sides are in this process. */
export const ANONYMOUS = 'AECDH-AES128-SHA:@SECLEVEL=0';

/**
 * Starts a server for HTTP/2 and HTTP/1.1 over TLS in this process, which gives each request the same event stream.
 * @param events each one is one write
 */
export async function startTlsRehearsalServer(events: readonly string[]): Promise<RehearsalServer> {
  const server = createSecureServer(
    { ciphers: ANONYMOUS, maxVersion: 'TLSv1.2', allowHTTP1: true },
    (request, response) => {
      request.on('error', () => {}).resume();
      response.on('error', () => {}).writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of events) response.write(event);
      response.end();
    },
  );
  server.on('error', () => {}).on('sessionError', () => {});
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close() {
      server.close();
      // The server would wait for a client that has not finished its handshake.
      for (const socket of sockets) socket.destroy();
    },
  };
}
