import { namedPath } from '../named-path.js';
import type { Source } from '../problem.js';
import type { Endpoint } from './endpoint.js';
import { sectionOf } from './endpoints.js';

/**
 * Returns the endpoints with absolute paths of their client certificates.
 */
export function withClientFiles(
  endpoints: readonly Endpoint[],
  sourceOf: (setting: string) => Source | undefined,
  cwd: string,
): Endpoint[] {
  return endpoints.map((endpoint) => {
    const { clientFiles } = endpoint.access;
    if (clientFiles === undefined) return endpoint;
    const section = sectionOf(endpoint.name).join('.');
    const absolute = (path: string, setting: string): string =>
      namedPath(path, sourceOf(`${section}.${setting}`), cwd);
    const cert = absolute(clientFiles.cert, 'client_cert');
    const key = clientFiles.key === undefined ? cert : absolute(clientFiles.key, 'client_key');
    return { ...endpoint, access: { ...endpoint.access, clientFiles: { cert, key } } };
  });
}
