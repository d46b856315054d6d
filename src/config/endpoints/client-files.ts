import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { Source } from '../problem.js';
import type { Endpoint } from './endpoint.js';
import { sectionOf } from './endpoints.js';

/**
 * Returns the endpoints with absolute paths of their client certificates. A relative path starts at the folder of the
 * file that names it, else at the current directory. `~` is the home directory.
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
    const absolute = (path: string, setting: string): string => {
      const source = sourceOf(`${section}.${setting}`);
      const folder = source?.kind === 'file' ? dirname(source.path) : '.';
      return resolve(cwd, folder, path.replace(/^~(?=\/)/, homedir()));
    };
    const cert = absolute(clientFiles.cert, 'client_cert');
    const key = clientFiles.key === undefined ? cert : absolute(clientFiles.key, 'client_key');
    return { ...endpoint, access: { ...endpoint.access, clientFiles: { cert, key } } };
  });
}
