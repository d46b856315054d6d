import {
  appendFileSync,
  existsSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { fileReason, messageOf } from '../../common/errors.js';
import { formatRecording, parseRecordings, type Recording } from '../../simulator/recordings/recording.js';
import { UsageError } from '../support/flags/usage-error.js';

/** A file that recordings are added to. */
export interface RecordingFile {
  /** Appends a recording. @throws {Error} with a message for users, for example that the disk is full */
  add(recording: Recording): void;
}

/**
 * Checks before the request is sent that the file can be written. The first recording creates a missing file, readable
 * only by its owner.
 * @throws {UsageError} when the file cannot be written, or contains something other than recordings
 */
export function openRecordingFile(path: string): RecordingFile {
  const before = prepared(path);
  if (before !== '') {
    try {
      parseRecordings(before, path);
    } catch (error) {
      throw new UsageError(
        `${messageOf(error)} Give --output a new file, or a file that contains recordings.`,
      );
    }
  }
  return {
    add(recording) {
      const size = statSync(path, { throwIfNoEntry: false })?.size;
      try {
        appendFileSync(path, formatRecording(recording), { mode: 0o600 });
      } catch (error) {
        removeAfter(path, size);
        throw new Error(`the recording cannot be written: ${fileReason(error)}`);
      }
    },
  };
}

/** Returns the content of the file; empty when it does not exist. */
function prepared(path: string): string {
  if (path === '-') throw new UsageError('--output needs a file: the answer itself goes to stdout');
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isFile() === false) throw new Error('it is not a regular file');
    appendFileSync(path, '', { mode: 0o600 });
    const before = readFileSync(path, 'utf8');
    if (found === undefined) rmSync(realpathSync(path));
    return before;
  } catch (error) {
    throw new UsageError(`--output ${path} cannot be written: ${fileReason(error)}`);
  }
}

/** Removes the beginning of a recording, which would damage a recording after it. @param size undefined: a new file */
function removeAfter(path: string, size: number | undefined): void {
  if (size !== undefined) truncateSync(path, size);
  else if (existsSync(path)) rmSync(realpathSync(path));
}
