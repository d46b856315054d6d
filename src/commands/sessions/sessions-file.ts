import { join, resolve } from 'node:path';
import { userFolders } from '../../common/program/user-folders.js';

/** Returns the default file of saved sessions. */
export function sessionsFile(file?: string): string {
  return file === undefined ? join(userFolders().data, 'sessions', 'sessions.db') : resolve(file);
}
