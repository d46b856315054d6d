import { join, resolve } from 'node:path';
import { userFolders } from '../../user-folders.js';

/** Where sessions are saved unless another file is named. */
export function sessionsFile(file?: string): string {
  return file === undefined ? join(userFolders().data, 'sessions', 'sessions.db') : resolve(file);
}
