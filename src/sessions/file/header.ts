import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { APPLICATION_ID } from './schema.js';

/** The kind of a file, from its first bytes. They are read without SQLite, which may write to a file that it opens. */
export type FileKind =
  | { kind: 'new' }
  | { kind: 'ours'; version: number }
  /** An SQLite file without our mark. Its creation may have been interrupted. */
  | { kind: 'unmarked' }
  | { kind: 'foreign' }
  | { kind: 'damaged' };

const MAGIC = Buffer.from('SQLite format 3\0', 'latin1');
// https://www.sqlite.org/fileformat.html#the_database_header
const HEADER_BYTES = 100;
const USER_VERSION_AT = 60;
const APPLICATION_ID_AT = 68;

export function kindOfFile(path: string): FileKind {
  if (!existsSync(path)) return { kind: 'new' };
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(path, 'r');
  let length: number;
  try {
    length = readSync(file, header);
  } finally {
    closeSync(file);
  }
  if (length === 0) return { kind: 'new' };
  const start = header.subarray(0, Math.min(length, MAGIC.length));
  const hasMagic = start.equals(MAGIC.subarray(0, start.length));
  // A page that a power cut prevented from being written consists of zeroes.
  const blank = header.every((byte) => byte === 0);
  if (length < HEADER_BYTES) return { kind: hasMagic || blank ? 'damaged' : 'foreign' };
  const marked = header.readUInt32BE(APPLICATION_ID_AT) === APPLICATION_ID;
  if (!hasMagic) return { kind: marked || blank ? 'damaged' : 'foreign' };
  return marked ? { kind: 'ours', version: header.readUInt32BE(USER_VERSION_AT) } : { kind: 'unmarked' };
}
