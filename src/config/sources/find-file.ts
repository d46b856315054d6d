import { join, resolve } from 'node:path';
import type { UserFolders } from '../../common/program/user-folders.js';
import { shortPath } from '../problem.js';

/** The folders with the user's configuration and with records about it. */
export type UserDirectories = Pick<UserFolders, 'config' | 'data'>;

/** How the file was found. A file in the current directory is not trusted with keys. */
type FileOrigin = 'given by name' | 'current directory' | 'user directory';

export interface Candidate {
  /** Absolute. */
  path: string;
  /** The path as the user wrote it. */
  name: string;
  origin: FileOrigin;
}

/** Returns the files to look for, in order; with `configPath` only that one. */
export function candidateFiles(cwd: string, directories: UserDirectories, configPath?: string): Candidate[] {
  const candidate = (origin: FileOrigin, path: string): Candidate => {
    return { path, name: shortPath(path, cwd), origin };
  };
  if (configPath !== undefined) return [candidate('given by name', resolve(cwd, configPath))];
  return [
    candidate('current directory', join(cwd, 'config.yaml')),
    candidate('user directory', join(directories.config, 'config.yaml')),
  ];
}
