import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

/** Begins to look at the most memory that a process has at a time. */
export function watchPeak(pid: number): { mib(): number } {
  try {
    // Linux keeps the peak, and forgets it for the owner of the process.
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // Elsewhere the memory of now has to do.
  }
  return {
    mib: () => {
      const [, kib] = /VmHWM:\s+(\d+)/.exec(statusOf(pid)) ?? [];
      return Number(kib ?? execFileSync('ps', ['-o', 'rss=', '-p', String(pid)])) / 1024;
    },
  };
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
