import { createReadStream, readFileSync, statSync } from 'node:fs';
import { fileReason } from '../../../common/errors.js';
import { UsageError } from '../flags/usage-error.js';
import { printMessage } from '../output/print-message.js';

/** The size limit of a file or of stdin in a prompt. */
const LIMIT_BYTES = 8 * 1024 * 1024;

/** The message for more bytes than the limit. */
const OVER_LIMIT = `is over ${LIMIT_BYTES / 1024 / 1024} MiB: send less of it`;

/** A program that leaves stdin or a pipe open and sends nothing looks like one that hangs. */
export const PATIENCE_MS = 3000;

/** Returns the error for a file or for stdin that can't be used. */
export type Refuse = (why: string) => UsageError;

/**
 * Resolves to a file's bytes, or for "-" to those of stdin. Prints a notice when the end takes long.
 * @throws the result of `refuse` when it cannot be read, or is over 8 MiB
 */
export async function readBytes(path: string, refuse: Refuse): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // The size of a pipe or a device is not known before it is read, and a device may have no end.
    for await (const bytes of bytesOf(path)) {
      size += bytes.length;
      if (size > LIMIT_BYTES) throw refuse(OVER_LIMIT);
      chunks.push(bytes);
    }
  } catch (error) {
    throw error instanceof UsageError ? error : refuse(`cannot be read: ${fileReason(error)}`);
  }
  return Buffer.concat(chunks);
}

/** Yields the bytes of a file, or for "-" of stdin, as they arrive. Prints a notice when the end takes long. */
export async function* bytesOf(path: string, highWaterMark?: number): AsyncGenerator<Buffer> {
  const patience = noticeWait(path);
  try {
    for await (const chunk of path === '-' ? process.stdin : createReadStream(path, { highWaterMark }))
      yield Buffer.from(chunk);
  } finally {
    clearTimeout(patience);
  }
}

/**
 * Prints a notice in a while, unless the caller clears the timer: opening a named pipe waits for another program. Returns
 * undefined for an ordinary file.
 */
export function noticeWait(path: string): NodeJS.Timeout | undefined {
  if (path === '-')
    return setTimeout(printMessage, PATIENCE_MS, 'waiting for stdin to end (to leave it out: < /dev/null)');
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== false) return undefined;
  const notice = `waiting for ${path} to end (if no program writes to it, press ctrl+c)`;
  return setTimeout(printMessage, PATIENCE_MS, notice);
}

/**
 * Returns the bytes of an ordinary file. For readers that cannot wait: a pipe or a device may have no end.
 * @throws the result of `refuse` when it cannot be read, is not an ordinary file, or is over 8 MiB
 */
export function readFileBytes(path: string, refuse: Refuse): Buffer {
  try {
    const found = statSync(path);
    if (!found.isFile()) throw refuse('is not a file');
    if (found.size > LIMIT_BYTES) throw refuse(OVER_LIMIT);
    return readFileSync(path);
  } catch (error) {
    throw error instanceof UsageError ? error : refuse(`cannot be read: ${fileReason(error)}`);
  }
}

/** @throws {UsageError} when more than one path is "-": stdin has only one end */
export function requireOneStdin(paths: readonly string[]): void {
  if (paths.filter((path) => path === '-').length > 1)
    throw new UsageError('give "-" only once: stdin can be read only once');
}
