import { closeSync, openSync, writeSync } from 'node:fs';
import { fileReason } from '../../common/errors.js';
import { stdout } from '../support/sink.js';
import { UsageError } from '../support/usage-error.js';

/** Where a report goes. */
export interface ReportFile {
  /** It takes the place of the tables on stdout. */
  toStdout: boolean;
  write(text: string): void;
  close(): void;
}

/**
 * Opens the file before the test, for what cannot be written is best known then; `-` is stdout.
 * @throws {UsageError} when it cannot be written
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
