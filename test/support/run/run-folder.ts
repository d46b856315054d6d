import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

/** Enough for the largest files of all tests that run at once, in bytes. */
const ENOUGH = 2 ** 30;

/** Names the run's folder for temporary files, by which its processes are also found. */
export function runFolder(): Record<string, string> {
  if (process.platform !== 'linux') return {};
  // The end of the name keeps it from being the beginning of another run's name.
  return { TMPDIR: join(memoryFolder() ?? tmpdir(), `vt-${process.pid}-run`) };
}

/**
 * Returns a folder in memory, because on a disk each saved message waits until it is written. Undefined when the folder
 * is too full, or when a container forbids to run programs in it, as some tests do.
 */
function memoryFolder(): string | undefined {
  const folder = '/dev/shm';
  try {
    const [, , , options = ''] =
      readFileSync('/proc/mounts', 'utf8')
        .split('\n')
        .map((line) => line.split(' '))
        .findLast(([, place]) => place === folder) ?? [];
    const { bavail, bsize } = statfsSync(folder);
    const usable = options.startsWith('rw') && !options.includes('noexec') && bavail * bsize > ENOUGH;
    return usable ? folder : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Makes the run's folder. A process that outlives this one, however it ends, then ends the programs that tests have left
 * and removes the folder. Vitest calls this before the tests.
 */
export default function setup({ config }: TestProject): void {
  const folder = config.env.TMPDIR;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  // Like /tmp: some tests run programs of another user.
  chmodSync(folder, 0o1777);
  const program = join(import.meta.dirname, 'run-end-program.ts');
  const child = spawn(process.execPath, [program, folder], {
    cwd: '/',
    detached: true,
    // Its stdin ends with this process.
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  if (child.stdin !== null && 'unref' in child.stdin) (child.stdin as { unref(): void }).unref();
}
