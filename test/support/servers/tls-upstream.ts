import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** Certificates in test/fixtures/tls: all but the self-signed one are by its `ca.cert.pem`. */
export type Certificate = 'localhost' | 'wrong-host' | 'expired' | 'self-signed';

const folder = join(import.meta.dirname, '..', '..', 'fixtures', 'tls');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** Path of the certificate of the test's own authority. */
export const CA_FILE = join(folder, 'ca.cert.pem');

export function certificate(name: Certificate): { key: string; cert: string } {
  return { key: read(`${name}.key.pem`), cert: read(`${name}.cert.pem`) };
}

/** An HTTPS server at `localhost` that answers `secret` to everything. */
export async function startTlsUpstream(name: Certificate) {
  let requests = 0;
  const server = createServer(certificate(name), (_request, response) => {
    requests += 1;
    response.end('secret');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://localhost:${port}`,
    port,
    requests: () => requests,
    close: async (): Promise<void> => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
