import { lstatSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { ListenAddress } from './clients/address.js';

/** Which process serves an address. It is believed only when the daemon that answers there started then. */
export interface PidFile {
  pid: number;
  /** Unix time in ms. */
  startedAtMs: number;
}

/** The machine or container counts as well: the same number is another process elsewhere. */
const schema = z.object({
  pid: z.int().check(z.positive()),
  startedAtMs: z.number(),
  host: z.literal(hostname()),
});

/** Where the daemon of an address writes its pid. */
export function pidFilePath(address: ListenAddress): string {
  if (address.kind === 'unix') return `${address.path}.pid`;
  return join(tmpdir(), `vastar-connector-runtime.tcp-${address.port}.pid`);
}

/** Puts it there in one piece, readable by its owner alone. Throws what the file system says. */
export function writePidFile(path: string, content: PidFile): void {
  const made = `${path}.${process.pid}`;
  writeFileSync(made, `${JSON.stringify({ ...content, host: hostname() })}\n`, { mode: 0o600, flag: 'wx' });
  try {
    renameSync(made, path);
  } catch (error) {
    unlinkSync(made);
    throw error;
  }
}

/** What it says; undefined when there is none, or none of this user on this machine. */
export function readPidFile(path: string): PidFile | undefined {
  try {
    const found = lstatSync(path);
    if (!found.isFile() || found.uid !== process.getuid?.()) return undefined;
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Removes it if it is still this process's own. */
export function removePidFile(path: string): void {
  if (readPidFile(path)?.pid !== process.pid) return;
  try {
    unlinkSync(path);
  } catch {
    // Somebody else has just removed it.
  }
}
