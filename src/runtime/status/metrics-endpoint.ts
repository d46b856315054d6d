import { once } from 'node:events';
import { codeOf } from '../../common/error-code.js';
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
    const { method, url, headers } = request;
    // Prometheus appends the `params` of its configuration.
    if (method !== 'GET' || !/^\/metrics(\?|$)/.test(url ?? '') || !isOwnHost(headers.host)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text());
  });
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    const used = codeOf(error) === 'EADDRINUSE';
    const what = used ? 'another program uses the port' : messageOf(error);
    throw new ListenError(
      `choose another port with --metrics-port: no metrics can be served at 127.0.0.1:${port}: ${what}`,
    );
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
