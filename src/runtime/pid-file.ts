import { lstatSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { ListenAddress } from './clients/address.js';

/** The process that serves an address. Trust it only if the daemon at that address reports the same start time. */
export interface PidFile {
  pid: number;
  /** When the process started, by `systemClockMs`. */
  startedMs: number;
}

/** Includes the host name: on another machine or container, the same pid is another process. */
const schema = z.object({
  pid: z.int().check(z.positive()),
  startedMs: z.number(),
  host: z.literal(hostname()),
});

/** Returns the path of the pid file for an address. */
export function pidFilePath(address: ListenAddress): string {
  if (address.kind === 'unix') return `${address.path}.pid`;
  return join(tmpdir(), `vastar-connector-runtime.tcp-${address.port}.pid`);
}

/** Writes the file atomically, readable only by its owner. Throws the file system's error. */
export function writePidFile(path: string, content: PidFile): void {
  const made = `${path}.${process.pid}`;
  try {
    writeFileSync(made, `${JSON.stringify({ ...content, host: hostname() })}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(made, path);
  } catch (error) {
    // A write that fails, for example on a full disk, leaves an empty file.
    rmSync(made, { force: true });
    throw error;
  }
}

/** Reads the file. Returns undefined when it is missing, or belongs to another user or machine. */
export function readPidFile(path: string): PidFile | undefined {
  try {
    const found = lstatSync(path);
    if (!found.isFile() || found.uid !== process.getuid?.()) return undefined;
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Removes the file if this process wrote it. */
export function removePidFile(path: string): void {
  if (readPidFile(path)?.pid !== process.pid) return;
  try {
    unlinkSync(path);
  } catch {
    // Another process may have removed the file already.
  }
}
