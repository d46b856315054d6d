import { closeSync, openSync, writeFileSync } from 'node:fs';
import { fileReason } from '../../common/errors.js';
import { stdout } from '../support/sink.js';
import { UsageError } from '../support/usage-error.js';

/** The destination of a report. */
export interface ReportFile {
  /** The report replaces the tables on stdout. */
  toStdout: boolean;
  /**
   * Writes the pieces of a text, which may be longer than a string can be.
   * @throws {UsageError} when the file cannot be written
   */
  write(pieces: Iterable<string>): void;
  close(): void;
}

const WRITE_CHARS = 64 * 1024;

/** @throws {UsageError} when both reports would go to stdout */
export function refuseTwoOnStdout(json: string | undefined, csv: string | undefined): void {
  if (json === '-' && csv === '-') throw new UsageError('only one of --json and --csv can be "-"');
}

/**
 * Opens the file before the test, so that an unwritable file fails early. `-` is stdout.
 * @throws {UsageError} when the file cannot be written
 */
export function openReport(flag: string, path: string): ReportFile {
  if (path === '-') return { toStdout: true, write: (pieces) => joined(pieces, stdout.print), close() {} };
  const writable = <Result>(action: () => Result): Result => {
    try {
      return action();
    } catch (error) {
      throw new UsageError(`${flag} ${path} cannot be written: ${fileReason(error)}`);
    }
  };
  const file = writable(() => openSync(path, 'w'));
  return {
    toStdout: false,
    write: (pieces) => joined(pieces, (text) => writable(() => writeFileSync(file, text))),
    close: () => closeSync(file),
  };
}

/** Joins short pieces, because each write takes time. */
function joined(pieces: Iterable<string>, write: (text: string) => void): void {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < WRITE_CHARS) continue;
    write(text);
    text = '';
  }
  if (text !== '') write(text);
}
