import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { fileReason, messageOf } from '../../common/errors.js';
import { formatRecording, parseRecordings, type Recording } from '../../simulator/recordings/recording.js';
import { UsageError } from '../support/flags/usage-error.js';

/** A file that recordings are added to. */
export interface RecordingFile {
  /** Appends a recording. @throws {Error} with a message for users, for example that the disk is full */
  add(recording: Recording): void;
}

/**
 * Opens the file before the request is sent; creates a missing file, readable only by its owner.
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
      try {
        appendFileSync(path, formatRecording(recording));
      } catch (error) {
        throw new Error(`the recording cannot be written: ${fileReason(error)}`);
      }
    },
  };
}

function prepared(path: string): string {
  if (path === '-') throw new UsageError('--output needs a file: the answer itself goes to stdout');
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
      throw new Error('it is not a regular file');
    }
    appendFileSync(path, '', { mode: 0o600 });
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`--output ${path} cannot be written: ${fileReason(error)}`);
  }
}
