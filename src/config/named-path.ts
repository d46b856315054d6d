import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { Source } from './problem.js';

/**
 * Returns the absolute path of a setting. A relative path starts at the folder of the file that names it, else at the
 * current directory. `~` is the home directory.
 */
export function namedPath(path: string, source: Source | undefined, cwd: string): string {
  const folder = source?.kind === 'file' ? dirname(source.path) : '.';
  return resolve(cwd, folder, path.replace(/^~(?=\/)/, homedir()));
}
