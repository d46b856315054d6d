import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../../common/program/user-folders.js';
import { SessionsError } from '../problem.js';
import { type Database, openDatabase } from './database.js';

/** How long to wait for another program that repairs a damaged file, in ms. After that, opening fails. */
const PATIENCE_MS = 60_000;

/**
 * Runs `work` while no other process runs a `work` for this file. It uses SQLite's lock on an empty file beside it,
 * which the system releases when the process ends. If that file can't be created, `work` runs without a lock.
 */
export function alone<T>(path: string, work: () => T): T {
  const lock = locked(path);
  try {
    return work();
  } finally {
    lock?.close();
  }
}

function locked(path: string): Database | undefined {
  const file = `${path}.lock`;
  let lock: Database | undefined;
  try {
    makeFolder(dirname(path));
    closeSync(openSync(file, 'a', 0o600));
    lock = openDatabase(file);
    lock.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}; BEGIN EXCLUSIVE`);
    return lock;
  } catch (error) {
    lock?.close();
    if (error instanceof SessionsError && error.kind === 'busy') throw error;
    return undefined;
  }
}
