import { join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { shortPath } from './problem.js';

/** The user's own directories for this program. */
export interface UserDirectories {
  config: string;
  data: string;
}

/** How a file was come by; a file that merely lies in the current directory is not trusted with keys. */
export type FileOrigin = 'asked for' | 'current directory' | 'user directory';

export interface Candidate {
  /** Absolute. */
  path: string;
  /** As people name it. */
  name: string;
  origin: FileOrigin;
}

/** The directories as the platform has them, e.g. `~/.config/vastar-tui` and `~/.local/share/vastar-tui`. */
export function userDirectories(): UserDirectories {
  const { config, data } = envPaths('vastar-tui', { suffix: '' });
  return { config, data };
}

/** The files to look for, in order; with `configPath` only that one. */
export function candidateFiles(cwd: string, directories: UserDirectories, configPath?: string): Candidate[] {
  const candidate = (origin: FileOrigin, path: string): Candidate => {
    return { path, name: shortPath(path, cwd), origin };
  };
  if (configPath !== undefined) return [candidate('asked for', resolve(cwd, configPath))];
  return [
    candidate('current directory', join(cwd, 'config.yaml')),
    candidate('user directory', join(directories.config, 'config.yaml')),
  ];
}
