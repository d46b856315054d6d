import { readdirSync, readFileSync } from 'node:fs';

export interface ListedProcess {
  readonly pid: number;
  /** The arguments with spaces between them. */
  readonly commandLine: string;
}

/** Returns the processes of this machine; on systems other than Linux none. */
export function listProcesses(): ListedProcess[] {
  return listPids().map((pid) => ({ pid, commandLine: commandLineOf(pid) }));
}

/** Returns the numbers of the same processes. */
export function listPids(): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Returns '' when the process has ended. */
export function commandLineOf(pid: number | string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Returns the variables with which a process was started; '' when it has ended, or belongs to another user. */
export function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}

/** Ends the processes that have one of these texts in their arguments, for what a failed test leaves behind. */
export function killProcessesWith(texts: readonly string[]): void {
  for (const { pid, commandLine } of listProcesses()) {
    if (!texts.some((text) => commandLine.includes(text))) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // The process has ended meanwhile.
    }
  }
}
