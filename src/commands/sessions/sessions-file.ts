import { join, resolve } from 'node:path';
import { userFolders } from '../../common/user-folders.js';

/** Where sessions are saved unless another file is named. */
export function sessionsFile(file?: string): string {
  return file === undefined ? join(userFolders().data, 'sessions', 'sessions.db') : resolve(file);
}
