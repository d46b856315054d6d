import { once } from 'node:events';
import { messageOf } from '../../common/errors.js';
import { isOwnHost } from '../../common/http/own-host.js';
import { ListenError } from '../clients/listen-error.js';

export interface MetricsEndpoint {
  /** The port in use, which the system chooses for port 0. */
  readonly port: number;
  close(): void;
}

/**
 * Serves `GET /metrics` on 127.0.0.1, for programs on this machine only.
 * @param text returns the current metrics
 * @throws {ListenError}
 */
export async function openMetricsEndpoint(port: number, text: () => string): Promise<MetricsEndpoint> {
  // Most daemons serve no metrics, so node:http is loaded only here.
  const { createServer } = await import('node:http');
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics' || !isOwnHost(request.headers.host)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text());
  });
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new ListenError(`cannot serve metrics at 127.0.0.1:${port}: ${messageOf(error)}`);
  }
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
