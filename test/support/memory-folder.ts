import { readFileSync, statfsSync } from 'node:fs';

/** Enough for the largest files of all tests that run at once, in bytes. */
const ENOUGH = 2 ** 30;

/**
 * Returns the variables that put the tests' temporary files into memory, where that is possible. On a disk, each saved
 * message waits until it is written. Some tests run scripts of their folder, which a container may forbid there.
 */
export function memoryFolder(): Record<string, string> {
  const folder = '/dev/shm';
  try {
    const [, , , options = ''] =
      readFileSync('/proc/mounts', 'utf8')
        .split('\n')
        .map((line) => line.split(' '))
        .findLast(([, place]) => place === folder) ?? [];
    const { bavail, bsize } = statfsSync(folder);
    const usable = options.startsWith('rw') && !options.includes('noexec') && bavail * bsize > ENOUGH;
    return usable ? { TMPDIR: folder } : {};
  } catch {
    return {};
  }
}
