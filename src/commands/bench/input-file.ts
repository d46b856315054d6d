import { createReadStream } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { fileReason } from '../../common/errors.js';
import { InputError } from '../../loadtest/input/input-error.js';
import type { ValueFile } from '../../loadtest/input/value-file.js';
import { untilStdinEnds } from '../support/stdin.js';
import { UsageError } from '../support/usage-error.js';

/** What a file is called in messages. */
export const inputName = (path: string): string => (path === '-' ? 'stdin' : path);

/**
 * Reads a file, or stdin for `-`, into what takes it apart.
 * @param full asked after each piece; true ends the reading
 * @throws {UsageError} that names the flag, the file and the reason
 */
export async function readInput(
  flag: string,
  path: string,
  file: Pick<ValueFile, 'feed' | 'end'>,
  full: () => boolean = () => false,
): Promise<void> {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const bytes = path === '-' ? untilStdinEnds() : createReadStream(path);
    for await (const chunk of bytes) {
      file.feed(decoder.decode(chunk, { stream: true }));
      if (full()) return;
    }
    file.feed(decoder.decode());
    file.end();
  } catch (error) {
    throw new UsageError(`${flag} ${inputName(path)}: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof InputError) return stripVTControlCharacters(error.message);
  if (error instanceof TypeError) return 'it is not UTF-8 text: convert it (iconv), or decompress it first';
  return `it cannot be read: ${fileReason(error)}`;
}
