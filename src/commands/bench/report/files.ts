import { closeSync, openSync, writeFileSync } from 'node:fs';
import { fileReason } from '../../../common/errors.js';
import { UsageError } from '../../support/flags/usage-error.js';
import { stdout } from '../../support/output/sink.js';

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

/** The reports of `bench` and `bench merge`. */
export interface Reports {
  readonly json: ReportFile | undefined;
  readonly csv: ReportFile | undefined;
  readonly html: ReportFile | undefined;
}

type ReportPaths = Partial<Record<keyof Reports, string | undefined>>;

/** Opens the reports of `--json`, `--csv` and `--html`. @throws {UsageError} when one cannot be written */
export function openReports({ json, csv, html }: ReportPaths): Reports {
  if (json === '-' && csv === '-') throw new UsageError('only one of --json and --csv can be "-"');
  return {
    json: json === undefined ? undefined : openReport('--json', json),
    csv: csv === undefined ? undefined : openReport('--csv', csv),
    html: html === undefined ? undefined : openReport('--html', html),
  };
}

/**
 * Writes and closes the reports.
 * @param contents computes a report's text, only if it is wanted
 * @throws {UsageError} when a report cannot be written; the others are written
 */
export async function writeReports(
  reports: Reports,
  contents: Readonly<Record<keyof Reports, () => Iterable<string> | Promise<Iterable<string>>>>,
): Promise<void> {
  const problems: string[] = [];
  for (const name of ['json', 'csv', 'html'] as const) {
    const report = reports[name];
    if (report === undefined) continue;
    try {
      report.write(await contents[name]());
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(error.message);
    }
    report.close();
  }
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
}

const WRITE_CHARS = 64 * 1024;

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
