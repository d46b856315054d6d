import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { fileReason } from '../../common/errors.js';
import { UsageError } from './usage-error.js';

const LIMIT_BYTES = 8 * 1024 * 1024;

/**
 * A text file as part of a prompt: its name, then what it holds.
 * @throws {UsageError} when it cannot be read, is no UTF-8, or is more than fits a request (8 MiB)
 */
export function readTextFile(path: string): string {
  const refuse = (why: string): UsageError => new UsageError(`--file ${path} ${why}`);
  return `${basename(path)}:\n${readUtf8(path, refuse).trimEnd()}`;
}

/**
 * What a text file holds.
 * @throws what `refuse` makes of why it cannot be read, is over 8 MiB, or is no UTF-8
 */
export function readUtf8(path: string, refuse: (why: string) => UsageError): string {
  const bytes = readBytes(path, refuse);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refuse('is not UTF-8 text');
  }
}

/**
 * A file's bytes.
 * @throws what `refuse` makes of why it cannot be read, or is over 8 MiB
 */
export function readBytes(path: string, refuse: (why: string) => UsageError): Buffer {
  try {
    const { size } = statSync(path);
    if (size > LIMIT_BYTES) throw refuse(`is over ${LIMIT_BYTES / 1024 / 1024} MiB: send less of it`);
    return readFileSync(path);
  } catch (error) {
    throw error instanceof UsageError ? error : refuse(`cannot be read: ${fileReason(error)}`);
  }
}
