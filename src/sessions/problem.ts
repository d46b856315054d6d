import { fileReason } from '../common/errors.js';

/**
 * - `foreign`, `future`: the file is another program's, or a newer version's; it has not been touched
 * - `unwritable`: no permission, a read-only disk, a folder that cannot be made
 * - `full`: no space left; works again when there is some
 * - `busy`: another program has been writing for longer than the patience
 * - `damaged`: the next opening sets the file aside and salvages it
 * - `unknown`, `ambiguous`: no session, or several, have that id
 * - `invalid`: what was to be imported is no export
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

/** Why sessions can't be read or saved, in words for people. */
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

/** What a failure of SQLite, or of the file system, means for the file at `path`. */
export function problemOf(error: unknown, path: string): SessionsError {
  if (error instanceof SessionsError) return error;
  const say = (kind: ProblemKind, message: string): SessionsError => new SessionsError(kind, message, error);
  switch (resultCode(error)) {
    case BUSY:
    case LOCKED:
      return say('busy', `sessions can't be saved: another program keeps ${path} locked. Try again`);
    case READONLY:
    case CANTOPEN:
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'EEXIST':
    case 'ENOTDIR':
    case 'EISDIR':
      return say('unwritable', `sessions can't be saved: ${path} can't be written. Check its permissions`);
    case FULL:
    case 'ENOSPC':
    case 'EDQUOT':
      return say('full', `sessions can't be saved: no space left for ${path}. Free some`);
    case IOERR:
    case 'EIO':
      return say(
        'full',
        `sessions can't be saved: the disk failed or has no space left for ${path}. Check the disk`,
      );
    case CORRUPT:
    case NOTADB:
      return say(
        'damaged',
        `${path} is damaged. Start again: what can be read is then saved to a new file, and this one is kept`,
      );
    default: {
      return say('failed', `sessions can't be read or saved in ${path}: ${fileReason(error)}`);
    }
  }
}

function resultCode(error: unknown): number | string | undefined {
  if (!(error instanceof Error)) return undefined;
  // Extended codes carry the primary one in their low byte.
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff;
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
