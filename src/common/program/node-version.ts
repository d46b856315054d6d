// This file must run on every Node that can parse it, to print its message there: keep it plain and without imports.

const NEEDED = [22, 19] as const;

/**
 * Returns a line that explains why `version` (as in `process.versions.node`) is too old; undefined when it is new
 * enough.
 */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return undefined;
  return `vastar-tui needs Node ${NEEDED.join('.')} or newer, and this is Node ${version}. Install a newer one.`;
}

/** Whether this Node is new enough. If not, it prints one line on stderr and sets exit code 1: load nothing else. */
export function requireNode(): boolean {
  const problem = nodeProblem(process.versions.node);
  if (problem === undefined) return true;
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
  return false;
}
