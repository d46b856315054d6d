import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { problemOf } from '../problem.js';
import { indexedText } from '../search/indexed-text.js';

export type Row = Record<string, SQLOutputValue>;
export type Value = SQLInputValue;

/** An SQLite database with cached statements. Calls only throw `SessionsError`. */
export interface Database {
  readonly path: string;
  exec(sql: string): void;
  all(sql: string, ...values: Value[]): Row[];
  get(sql: string, ...values: Value[]): Row | undefined;
  run(sql: string, ...values: Value[]): { changes: number; lastId: number };
  /** Runs `work` in a transaction, which is on disk when this returns. Nested calls join the outermost transaction. */
  write<T>(work: () => T): T;
  /** Runs `work` in a transaction, and then undoes its changes. */
  tryOut(work: () => void): void;
  close(): void;
}

/** How long to wait for another process's write, in ms. Waiting blocks the program, and writes are short. */
const PATIENCE_MS = 2000;

/** How a file is opened. */
export interface OpenOptions {
  /** `still`: also expect that no program writes to the file now, so that SQLite creates no file beside it. */
  readOnly?: boolean | 'still';
  /** Called with each failure before it is thrown. */
  onFailure?: (kind: string) => void;
}

/** Opens the file, and creates a missing one. */
export function openDatabase(
  path: string,
  { readOnly = false, onFailure = () => {} }: OpenOptions = {},
): Database {
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      const problem = problemOf(error, path);
      onFailure(problem.kind);
      throw problem;
    }
  };
  const sqlite = attempt(() => connect(path, readOnly));
  const statements = new Map<string, StatementSync>();
  const prepared = (sql: string): StatementSync => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const made = sqlite.prepare(sql);
    statements.set(sql, made);
    return made;
  };
  let writing = false;
  const transaction = <T>(work: () => T, end: 'COMMIT' | 'ROLLBACK'): T =>
    attempt(() => {
      sqlite.exec('BEGIN IMMEDIATE');
      writing = true;
      try {
        const result = work();
        sqlite.exec(end);
        return result;
      } catch (error) {
        // SQLite may have rolled back already, e.g. on a full disk.
        if (sqlite.isTransaction) sqlite.exec('ROLLBACK');
        throw error;
      } finally {
        writing = false;
      }
    });

  return {
    path,
    exec: (sql) => attempt(() => sqlite.exec(sql)),
    all: (sql, ...values) => attempt(() => prepared(sql).all(...values)),
    get: (sql, ...values) => attempt(() => prepared(sql).get(...values)),
    run: (sql, ...values) =>
      attempt(() => {
        const { changes, lastInsertRowid } = prepared(sql).run(...values);
        return { changes: Number(changes), lastId: Number(lastInsertRowid) };
      }),
    write: (work) => (writing ? work() : transaction(work, 'COMMIT')),
    tryOut: (work) => transaction(work, 'ROLLBACK'),
    close: () => {
      if (sqlite.isOpen) sqlite.close();
    },
  };
}

function connect(path: string, readOnly: boolean | 'still'): DatabaseSync {
  const { DatabaseSync } = sqliteModule();
  const sqlite =
    readOnly === 'still'
      ? new DatabaseSync(new URL('?immutable=1', pathToFileURL(path)), { readOnly: true })
      : new DatabaseSync(path, { readOnly });
  try {
    sqlite.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}`);
    // The schema's full-text index uses this function.
    sqlite.function('indexed_text', { deterministic: true, varargs: true }, (...columns) =>
      indexedText(columns.map((column) => (typeof column === 'string' ? column : ''))),
    );
  } catch (error) {
    sqlite.close();
    throw error;
  }
  return sqlite;
}

/** Loads SQLite when sessions are first used. Suppresses Node 22's warning that the module is experimental. */
function sqliteModule(): typeof import('node:sqlite') {
  const emitWarning = process.emitWarning;
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Returns a column's text, or an empty text. */
export function text(row: Row, column: string): string {
  return textOrNull(row, column) ?? '';
}

export function textOrNull(row: Row, column: string): string | null {
  const value = row[column];
  return typeof value === 'string' ? value : null;
}

/** Returns a column's number, or 0. */
export function integer(row: Row, column: string): number {
  return integerOrNull(row, column) ?? 0;
}

export function integerOrNull(row: Row, column: string): number | null {
  const value = row[column];
  return typeof value === 'number' ? value : null;
}
