import { memberOf } from '../../common/json.js';

/** Upper bound for open files other than the test's connections. */
const OTHER_FILES = 64;

/**
 * Returns an error message when `concurrency` connections exceed the process's limit of open files. Undefined when they
 * fit or the limit is unknown.
 */
export function openFilesProblem(concurrency: number): string | undefined {
  const most = openFilesLimit();
  const needed = concurrency + OTHER_FILES;
  if (most === undefined || needed <= most) return undefined;
  return `raise the limit of open files (ulimit -n ${needed}): --concurrency ${concurrency} needs as many connections, and this process may only open ${most} files`;
}

function openFilesLimit(): number | undefined {
  const limits: unknown = Reflect.get(process.report.getReport(), 'userLimits');
  const soft = memberOf(memberOf(limits, 'open_files'), 'soft');
  return typeof soft === 'number' ? soft : undefined;
}
