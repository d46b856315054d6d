import { chmodSync, closeSync, existsSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../../common/program/user-folders.js';
import { problemOf, SessionsError } from '../problem.js';
import { alone } from './alone.js';
import { type Database, integer, openDatabase, text } from './database.js';
import { type FileKind, hasOurTables, kindOfFile } from './header.js';
import { salvage } from './salvage.js';
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from './schema.js';

export interface OpenedFile {
  database: Database;
  /** Changes to the file to report to the user, each as a sentence. */
  notices: string[];
}

/**
 * Opens the sessions file. It creates a missing file (mode 0600, in a folder with mode 0700). It migrates an older
 * format after a backup. It renames a damaged file and recovers its contents.
 * @throws {SessionsError} when the file can't be used; it never changes a file of another program or a newer version
 */
export function openFile(path: string, nowMs: number): OpenedFile {
  try {
    refuseOtherKinds(path);
    refuseOthers(path);
    // Without the lock, two processes that open a damaged file at the same time would each move the other's new file
    // aside.
    return alone(path, () => {
      if (!existsSync(path) && existsSync(rescuedFile(path))) renameSync(rescuedFile(path), path);
      const { kind } = refuseOthers(path);
      if (kind === 'damaged') return replaceDamaged(path, nowMs);
      if (kind === 'new') makeFile(path);
      restrict(path);
      return openKnown(path, nowMs);
    });
  } catch (error) {
    throw problemOf(error, path);
  }
}

/** Opening a named pipe would wait for its writer. */
function refuseOtherKinds(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) return;
  const kind = found.isDirectory() ? 'a folder' : 'a pipe or a device';
  throw new SessionsError('unwritable', `name a file: sessions can't be saved in ${path}, which is ${kind}`);
}

/** Returns the kind of the file. Throws for a file of another program or a newer version. */
function refuseOthers(path: string): FileKind {
  const found = kindOfFile(path);
  if (found.kind === 'foreign') throw foreign(path);
  if (found.kind === 'ours' && found.version > SCHEMA_VERSION) throw future(path, found.version);
  if (found.kind !== 'unmarked') return found;
  try {
    refuseTables(path);
    return found;
  } catch (error) {
    if (problemOf(error, path).kind !== 'damaged') throw error;
    if (hasOurTables(path)) return { kind: 'damaged' };
    throw foreign(path);
  }
}

/**
 * Throws for another program's file. The creation of an SQLite file without application id and tables was interrupted.
 */
function refuseTables(path: string): void {
  const database = openDatabase(path, { readOnly: true });
  try {
    versionOf(database);
  } finally {
    database.close();
  }
}

function openKnown(path: string, nowMs: number): OpenedFile {
  let database: Database | undefined;
  const marker = damageMarker(path);
  try {
    database = openDatabase(path, { onFailure: (kind) => kind === 'damaged' && leave(marker) });
    const notices = prepare(database);
    if (existsSync(marker)) {
      checkAll(database);
      rmSync(marker, { force: true });
    }
    return { database, notices };
  } catch (error) {
    database?.close();
    if (error instanceof SessionsError && error.kind === 'damaged') return replaceDamaged(path, nowMs);
    throw error;
  }
}

/**
 * Returns the path of a marker file. It records damage that was found while the program ran, so that the next start
 * checks the whole file.
 */
const damageMarker = (path: string): string => `${path}.damaged`;

function leave(marker: string): void {
  try {
    closeSync(openSync(marker, 'a', 0o600));
  } catch {
    // Ignore this failure: the damage itself is the error to report.
  }
}

function makeFile(path: string): void {
  makeFolder(dirname(path));
  closeSync(openSync(path, 'a', 0o600));
}

function restrict(path: string): void {
  const { mode, uid } = statSync(path);
  if ((mode & 0o077) !== 0 && uid === process.getuid?.()) chmodSync(path, 0o600);
}

function prepare(database: Database): string[] {
  const version = versionOf(database);
  if (version > SCHEMA_VERSION) throw future(database.path, version);
  const notices: string[] = [];
  if (version > 0 && version < SCHEMA_VERSION) notices.push(backUp(database, version));
  ensureWal(database);
  database.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
  if (version < SCHEMA_VERSION) migrate(database, SCHEMA_VERSION);
  probe(database);
  return notices;
}

/** Returns the schema's version; 0 for an empty file. */
function versionOf(database: Database): number {
  const pragma = (name: string): number => integer(database.get(`PRAGMA ${name}`) ?? {}, name);
  const version = pragma('user_version');
  if (pragma('application_id') === APPLICATION_ID) return version;
  const tables = integer(database.get('SELECT count(*) AS n FROM sqlite_schema') ?? {}, 'n');
  if (tables > 0 || version !== 0) throw foreign(database.path);
  return 0;
}

function ensureWal(database: Database): void {
  const endMs = performance.now() + 5000;
  for (;;) {
    try {
      if (text(database.get('PRAGMA journal_mode') ?? {}, 'journal_mode') === 'wal') return;
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      // SQLite's busy timeout does not apply when two processes change this mode at the same time.
      const busy = error instanceof SessionsError && error.kind === 'busy';
      if (!busy || performance.now() > endMs) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

/** Migrates the file to version `target`. Another process may have done so before. */
export function migrate(database: Database, target: number): void {
  database.write(() => {
    for (let version = versionOf(database); version < target; version += 1) {
      database.exec(MIGRATIONS[version] ?? '');
      database.exec(`PRAGMA user_version = ${version + 1}; PRAGMA application_id = ${APPLICATION_ID}`);
    }
  });
}

function backUp(database: Database, version: number): string {
  const backup = `${database.path}.v${version}.backup`;
  const unfinished = `${backup}.${process.pid}`;
  rmSync(unfinished, { force: true });
  closeSync(openSync(unfinished, 'wx', 0o600));
  database.run('VACUUM INTO ?', unfinished);
  renameSync(unfinished, backup);
  return `sessions were converted to a newer format; a copy of the old file is in ${backup}`;
}

/** Reads both ends of each table, to find damage now and not in the middle of a conversation. */
function probe(database: Database): void {
  for (const [table, key] of [
    ['sessions', 'seq'],
    ['messages', 'id'],
    ['exchanges', 'id'],
  ]) {
    database.get(`SELECT * FROM ${table} ORDER BY ${key} LIMIT 1`);
    database.get(`SELECT * FROM ${table} ORDER BY ${key} DESC LIMIT 1`);
  }
}

function checkAll(database: Database): void {
  const [first] = database.all('PRAGMA quick_check(1)');
  if (first !== undefined && text(first, 'quick_check') !== 'ok') {
    throw new SessionsError('damaged', text(first, 'quick_check'));
  }
  database.exec("INSERT INTO search (search) VALUES ('integrity-check')");
}

/** Returns the path of the recovered file until it replaces the damaged one. */
const rescuedFile = (path: string): string => `${path}.rescued`;

/** Whether a sessions file exists, also one whose recovery was interrupted. */
export const sessionsFileExists = (path: string): boolean =>
  existsSync(path) || existsSync(rescuedFile(path));

/** Renames the damaged file, and creates a new one with all rows that can be read. */
function replaceDamaged(path: string, nowMs: number): OpenedFile {
  const rescued = rescuedFile(path);
  for (const suffix of ['', '-wal', '-shm']) rmSync(rescued + suffix, { force: true });
  makeFile(rescued);
  const target = openDatabase(rescued);
  let saved: number;
  try {
    prepare(target);
    saved = salvage(path, target);
  } finally {
    target.close();
  }
  // If the process ends here, the next start repeats the recovery, or uses the recovered file if only that exists.
  const aside = `${path}.damaged-${new Date(nowMs).toISOString().replace(/[:.]/g, '-')}`;
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  renameSync(rescued, path);
  rmSync(damageMarker(path), { force: true });
  const { database } = openKnown(path, nowMs);
  const what =
    saved === 0
      ? 'none of its messages could be read'
      : `${saved} ${saved === 1 ? 'message' : 'messages'} saved`;
  return {
    database,
    notices: [`the sessions' file was damaged: ${what}; the damaged file is kept in ${aside}`],
  };
}

function foreign(path: string): SessionsError {
  return new SessionsError(
    'foreign',
    `move ${path} away, or name another file: it is not a file of saved sessions, or its beginning is damaged. It was not changed`,
  );
}

function future(path: string, version: number): SessionsError {
  return new SessionsError(
    'future',
    `update vastar-tui: a newer version wrote ${path} (format ${version}, this one supports ${SCHEMA_VERSION})`,
  );
}
