import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

/** Begins to measure a process's peak memory. */
export function watchPeak(pid: number): { mib(): number } {
  try {
    // Linux records the peak, and the owner of the process can reset it.
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // Other systems only report the current memory.
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
