import { closeSync, openSync, writeSync } from 'node:fs';
import { fileReason } from '../../common/errors.js';
import { stdout } from '../support/sink.js';
import { UsageError } from '../support/usage-error.js';

/** The destination of a report. */
export interface ReportFile {
  /** The report replaces the tables on stdout. */
  toStdout: boolean;
  write(text: string): void;
  close(): void;
}

/**
 * Opens the file before the test, so that an unwritable file fails early. `-` is stdout.
 * @throws {UsageError} when the file cannot be written
 */
export function openReport(flag: string, path: string): ReportFile {
  if (path === '-') return { toStdout: true, write: (text) => stdout.print(text), close() {} };
  const file = open(flag, path);
  return { toStdout: false, write: (text) => void writeSync(file, text), close: () => closeSync(file) };
}

function open(flag: string, path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new UsageError(`${flag} ${path} cannot be written: ${fileReason(error)}`);
  }
}
