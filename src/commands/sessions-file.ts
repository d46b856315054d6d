import { join, resolve } from 'node:path';
import { userDirectories } from '../config/index.js';

/** Where sessions are saved unless another file is named. */
export function sessionsFile(file?: string): string {
  return file === undefined ? join(userDirectories().data, 'sessions', 'sessions.db') : resolve(file);
}
