import { createReadStream } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { fileReason } from '../../../common/errors.js';
import { InputError } from '../../../loadtest/input/input-error.js';
import type { ValueFile } from '../../../loadtest/input/value-file.js';
import { UsageError } from '../../support/flags/usage-error.js';
import { untilStdinEnds } from '../../support/input/stdin.js';

/** The first two bytes of a gzip file. */
const GZIP = [0x1f, 0x8b];

/** Returns a file's name for messages. */
export const inputName = (path: string): string => (path === '-' ? 'stdin' : path);

/**
 * Feeds a file, or stdin for `-`, to a parser.
 * @param full called after each piece; reading ends when it returns true
 * @throws {UsageError} that names the flag, the file and the reason
 */
export async function readInput(
  flag: string,
  path: string,
  file: Pick<ValueFile, 'feed' | 'end'>,
  full: () => boolean = () => false,
): Promise<void> {
  if (/^https?:\/\//i.test(path))
    throw new UsageError(`${flag} ${path}: download the file, and give its path: bench reads files only`);
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const bytes = path === '-' ? untilStdinEnds() : createReadStream(path);
    let first = true;
    for await (const chunk of bytes) {
      if (first && chunk[0] === GZIP[0] && chunk[1] === GZIP[1])
        throw new UsageError(`${flag} ${inputName(path)}: decompress the file with gunzip: this is gzip`);
      first = false;
      file.feed(decoder.decode(chunk, { stream: true }));
      if (full()) return;
    }
    file.feed(decoder.decode());
    file.end();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${flag} ${inputName(path)}: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof InputError) return stripVTControlCharacters(error.message);
  if (error instanceof TypeError)
    return 'convert the file with iconv, or decompress it first: it is not UTF-8 text';
  return `the file cannot be read: ${fileReason(error)}`;
}
