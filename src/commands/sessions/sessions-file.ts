import { join, resolve } from 'node:path';
import { userFolders } from '../../common/program/user-folders.js';

/** Returns the path of the file with the saved sessions: `file`, or one in the user's folder for data. */
export function sessionsFile(file?: string): string {
  return file === undefined ? join(userFolders().data, 'sessions', 'sessions.db') : resolve(file);
}
