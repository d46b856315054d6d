import { closeSync, copyFileSync, existsSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { APPLICATION_ID } from './schema.js';

/** The kind of a file, from its first bytes. They are read without SQLite, which may write to a file that it opens. */
export type FileKind =
  | { kind: 'new' }
  | { kind: 'ours'; version: number }
  /** An SQLite file without this program's application id. Its creation may have been interrupted. */
  | { kind: 'unmarked' }
  | { kind: 'foreign' }
  | { kind: 'damaged' };

const MAGIC = Buffer.from('SQLite format 3\0', 'latin1');
// https://www.sqlite.org/fileformat.html#the_database_header
const HEADER_BYTES = 100;
const USER_VERSION_AT = 60;
const APPLICATION_ID_AT = 68;
const CHANGE_COUNTER_AT = 24;
const SCHEMA_COOKIE_AT = 40;

const PAGE_BYTES = 4096;
/** The first byte of a page with a table's rows, and of a page that points to such pages. */
const TABLE_PAGES: readonly (number | undefined)[] = [0x0d, 0x05];
/** The schema is in the first pages of the file. */
const SCHEMA_WITHIN_BYTES = 256 * 1024;

export function kindOfFile(path: string): FileKind {
  if (!existsSync(path)) return { kind: 'new' };
  const header = beginningOf(path, HEADER_BYTES);
  const { length } = header;
  if (length === 0) return { kind: 'new' };
  const start = header.subarray(0, Math.min(length, MAGIC.length));
  const hasMagic = start.equals(MAGIC.subarray(0, start.length));
  // A page that a power cut prevented from being written consists of zeroes.
  const blank = header.every((byte) => byte === 0);
  if (length < HEADER_BYTES) return { kind: hasMagic || blank ? 'damaged' : 'foreign' };
  const marked = header.readUInt32BE(APPLICATION_ID_AT) === APPLICATION_ID;
  if (!hasMagic) return { kind: marked || blank || hasOurTables(path) ? 'damaged' : 'foreign' };
  return marked ? { kind: 'ours', version: header.readUInt32BE(USER_VERSION_AT) } : { kind: 'unmarked' };
}

/** Whether a file with an unreadable header has the tables of a sessions file. */
export function hasOurTables(path: string): boolean {
  if (statSync(path).size % PAGE_BYTES !== 0) return false;
  const beginning = beginningOf(path, SCHEMA_WITHIN_BYTES);
  // No other program has the statement that creates this program's full-text index in its schema.
  return TABLE_PAGES.includes(beginning[HEADER_BYTES]) && beginning.includes('indexed_text(');
}

/** Copies a damaged file, and replaces the copy's header by that of the file `whole`, which has no pending changes. */
export function copyWithHeader(damaged: string, whole: string, copy: string): void {
  const header = beginningOf(whole, HEADER_BYTES);
  // With these values, SQLite derives the number of pages from the file's size, and finds no free pages.
  header.fill(0, CHANGE_COUNTER_AT, SCHEMA_COOKIE_AT);
  copyFileSync(damaged, copy);
  const file = openSync(copy, 'r+');
  try {
    writeSync(file, header, 0, header.length, 0);
  } finally {
    closeSync(file);
  }
}

/** Reads a file's first bytes: fewer than `most` when it is shorter. */
function beginningOf(path: string, most: number): Buffer {
  const bytes = Buffer.alloc(most);
  const file = openSync(path, 'r');
  try {
    return bytes.subarray(0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}
