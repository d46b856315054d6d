import { fstatSync, readFileSync, readlinkSync, statSync } from 'node:fs';

// Access modes of open(2), octal in /proc.
const ACCESS_MODE = 0o3;
const READ_AND_WRITE = 0o2;
const SHELLS = new Set(['sh', 'bash', 'dash', 'ash', 'busybox', 'zsh', 'ksh', 'mksh', 'fish']);

/**
 * Whether a shell has started this process with its stdout closed (`>&-`). Node then opens /dev/null for reading and
 * writing as stdout, so writes succeed without an effect. A shell's `> /dev/null` is open only for writing. A program
 * that discards output may open it for both; the shell that it starts then has it as its stdout. Works only on Linux.
 */
export function isStdoutClosed(): boolean {
  try {
    if (fstatSync(1).rdev !== statSync('/dev/null').rdev || !isNullInPlace('self')) return false;
    const parent = String(process.ppid);
    if (!SHELLS.has(readFileSync(`/proc/${parent}/comm`, 'utf8').trim())) return false;
    return !isNullInPlace(parent);
  } catch {
    return false;
  }
}

/** Whether a process has /dev/null as its stdout, for reading and writing. */
function isNullInPlace(pid: string): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/1`, 'utf8'))?.[1] ?? '';
    const mode = Number.parseInt(flags, 8) & ACCESS_MODE;
    return mode === READ_AND_WRITE && readlinkSync(`/proc/${pid}/fd/1`) === '/dev/null';
  } catch {
    return false;
  }
}
