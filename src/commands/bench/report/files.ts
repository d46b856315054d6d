import { resolve } from 'node:path';
import { codeOf } from '../../../common/error-code.js';
import { fileReason } from '../../../common/errors.js';
import { UsageError } from '../../support/flags/usage-error.js';
import { isDescriptor, joined, openReplacedFile } from '../../support/output/replaced-file.js';
import { stdout } from '../../support/output/sink.js';

/** The destination of a report. */
export interface ReportFile {
  /** The report replaces the tables on stdout. */
  toStdout: boolean;
  /**
   * Writes the pieces of a text, which may be longer than a string can be. Call it once.
   * @throws {UsageError} when the file cannot be written
   */
  write(pieces: Iterable<string>): void;
}

/** The reports of `bench` and `bench merge`. */
export interface Reports {
  readonly json: ReportFile | undefined;
  readonly csv: ReportFile | undefined;
  readonly html: ReportFile | undefined;
}

type ReportPaths = Partial<Record<keyof Reports, string | undefined>>;

/** Opens the reports of `--json`, `--csv` and `--html`; one may be "-". @throws {UsageError} when one cannot be written */
export function openReports({ json, csv, html }: ReportPaths): Reports {
  if ([json, csv, html].filter((path) => path === '-').length > 1)
    throw new UsageError('only one of --json, --csv and --html can be "-"');
  const opened = new Map<string, string>();
  const open = (flag: string, path: string | undefined): ReportFile | undefined => {
    if (path === undefined) return undefined;
    const other = opened.get(resolve(path));
    if (other !== undefined && !isDescriptor(path))
      throw new UsageError(`give ${other} and ${flag} different files: both are ${path}`);
    opened.set(resolve(path), flag);
    return openReport(flag, path);
  };
  return { json: open('--json', json), csv: open('--csv', csv), html: open('--html', html) };
}

/** Returns the reports to stdout. A test without a result does not replace the files of an earlier one. */
export function onlyStdout({ json, csv, html }: Reports): Reports {
  const kept = (report: ReportFile | undefined): ReportFile | undefined =>
    report?.toStdout ? report : undefined;
  return { json: kept(json), csv: kept(csv), html: kept(html) };
}

/** Whether a report replaces the tables on stdout. */
export function replacesTables({ json, csv, html }: Reports): boolean {
  return [json, csv, html].some((report) => report?.toStdout === true);
}

/**
 * Writes the reports.
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
  }
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
}

/**
 * Checks before the test that the file can be written. An earlier report stays until the new one is complete. `-` is
 * stdout.
 * @throws {UsageError} when the file cannot be written
 */
export function openReport(flag: string, path: string): ReportFile {
  if (path === '-') {
    return {
      toStdout: true,
      write(pieces) {
        for (const text of joined(pieces)) stdout.print(text);
      },
    };
  }
  const writable = <Result>(action: () => Result): Result => {
    try {
      return action();
    } catch (error) {
      if (codeOf(error) === '') throw error;
      throw new UsageError(`${flag} ${path} cannot be written: ${fileReason(error)}`);
    }
  };
  const file = writable(() => openReplacedFile(path));
  return { toStdout: false, write: (pieces) => writable(() => file.write(pieces)) };
}
