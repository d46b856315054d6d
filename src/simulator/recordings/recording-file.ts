import { constants } from 'node:buffer';
import { appendFileSync, existsSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { appendFile, stat, truncate } from 'node:fs/promises';
import { fileReason, messageOf } from '../../common/errors.js';
import { formatRecording, parseRecordings, type Recording } from './recording.js';

/** A file that recordings are added to. */
export interface RecordingFile {
  readonly path: string;
  /** Appends a recording. Call it again only when it has ended. @throws {Error} the error of the file system */
  add(recording: Recording): Promise<void>;
}

/**
 * Checks that the file can be written, before a request is sent. The first recording creates a missing file, readable
 * only by its owner.
 * @param flag the flag that names the file, for messages
 * @throws {Error} when the file cannot be written, or contains something other than recordings; the message is for users
 */
export function openRecordingFile(path: string, flag: string): RecordingFile {
  const before = prepared(path, flag);
  if (before !== '') {
    try {
      parseRecordings(before, path);
    } catch (error) {
      throw new Error(`${messageOf(error)} Give ${flag} a new file, or a file that contains recordings.`);
    }
  }
  return {
    path,
    async add(recording) {
      const size = await stat(path).then(
        (found) => found.size,
        () => undefined,
      );
      try {
        await appendFile(path, formatRecording(recording), { mode: 0o600 });
      } catch (error) {
        await removeAfter(path, size);
        throw error;
      }
    },
  };
}

/** Returns the content of the file; empty when it does not exist. */
function prepared(path: string, flag: string): string {
  if (path === '-') throw new Error(`${flag} needs a file: the answer itself goes to stdout`);
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isFile() === false) throw new Error('it is not a regular file');
    if (found !== undefined && found.size > constants.MAX_STRING_LENGTH)
      throw new Error('it is too large: name a new file');
    appendFileSync(path, '', { mode: 0o600 });
    const before = readFileSync(path, 'utf8');
    if (found === undefined) rmSync(realpathSync(path));
    return before;
  } catch (error) {
    throw new Error(`${flag} ${path} cannot be written: ${fileReason(error)}`);
  }
}

/** Removes the beginning of a recording, which would damage a recording after it. @param size undefined: a new file */
async function removeAfter(path: string, size: number | undefined): Promise<void> {
  if (size !== undefined) await truncate(path, size);
  else if (existsSync(path)) rmSync(realpathSync(path));
}
