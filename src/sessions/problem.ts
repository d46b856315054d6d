import { fileReason } from '../common/errors.js';

/**
 * - `foreign`, `future`: the file belongs to another program or a newer version, and was not changed
 * - `unwritable`: no permission, a read-only disk, or a folder that can't be created
 * - `full`: no space left; saving works again when there is space
 * - `busy`: another program kept the file locked for longer than the timeout
 * - `damaged`: the next start moves the file aside and recovers its contents
 * - `unknown`, `ambiguous`: no session, or several sessions, match that id
 * - `invalid`: the text to import has no known format
 */
export type ProblemKind =
  | 'foreign'
  | 'future'
  | 'unwritable'
  | 'full'
  | 'busy'
  | 'damaged'
  | 'unknown'
  | 'ambiguous'
  | 'invalid'
  | 'failed';

/** Thrown when sessions can't be read or saved. The message is for users. */
export class SessionsError extends Error {
  override readonly name = 'SessionsError';
  readonly kind: ProblemKind;

  constructor(kind: ProblemKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}

// Primary result codes of SQLite (https://www.sqlite.org/rescode.html).
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** Converts an error of SQLite or the file system to a SessionsError about the file at `path`. */
export function problemOf(error: unknown, path: string): SessionsError {
  if (error instanceof SessionsError) return error;
  const say = (kind: ProblemKind, message: string): SessionsError => new SessionsError(kind, message, error);
  switch (resultCode(error)) {
    case BUSY:
    case LOCKED:
      return say('busy', `try again: another program keeps ${path} locked, so sessions can't be saved`);
    case READONLY:
    case CANTOPEN:
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'EEXIST':
    case 'ENOTDIR':
      return say(
        'unwritable',
        `check the permissions of ${path}: sessions can't be saved, because it can't be written`,
      );
    case 'EISDIR':
      return say('unwritable', `name a file: sessions can't be saved in ${path}, which is a folder`);
    case FULL:
    case 'ENOSPC':
    case 'EDQUOT':
      return say(
        'full',
        `free some space: sessions can't be saved, because there is no space left for ${path}`,
      );
    case IOERR:
    case 'EIO':
      return say(
        'full',
        `check the disk: sessions can't be saved, because it failed or has no space left for ${path}`,
      );
    case CORRUPT:
    case NOTADB:
      return say(
        'damaged',
        `start again: ${path} is damaged; what can be read is then saved to a new file, and this one is kept`,
      );
    default: {
      return say('failed', `sessions can't be read or saved in ${path}: ${fileReason(error)}`);
    }
  }
}

function resultCode(error: unknown): number | string | undefined {
  if (!(error instanceof Error)) return undefined;
  // SQLite reports a header with an unknown format number with a general code.
  if (error.message === 'unsupported file format') return NOTADB;
  // The low byte of an extended code is the primary code.
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff;
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
