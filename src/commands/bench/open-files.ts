/** Files that are open besides a test's connections, with room to spare. */
const OTHER_FILES = 64;

/**
 * What to do when so many requests at a time need more open files than this process may have; undefined when
 * they don't, or where the system does not tell.
 */
export function openFilesProblem(concurrency: number): string | undefined {
  const most = openFilesLimit();
  const needed = concurrency + OTHER_FILES;
  if (most === undefined || needed <= most) return undefined;
  return `raise the limit of open files (ulimit -n ${needed}): --concurrency ${concurrency} needs a connection each, and this process may open ${most} files`;
}

function openFilesLimit(): number | undefined {
  const limits: unknown = Reflect.get(process.report.getReport(), 'userLimits');
  const soft = memberOf(memberOf(limits, 'open_files'), 'soft');
  return typeof soft === 'number' ? soft : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
