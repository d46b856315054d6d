import { stripVTControlCharacters } from 'node:util';
import { fileReason } from '../../../common/errors.js';
import { InputError } from '../../../loadtest/input/input-error.js';
import type { ValueFile } from '../../../loadtest/input/value-file.js';
import { UsageError } from '../../support/flags/usage-error.js';
import { bytesOf } from '../../support/input/bytes.js';
import { compressedBy, encodingOf, startOf } from '../../support/input/text-file.js';

/** The first bytes of tables that are not text. */
const TABLES = { '50415231': 'Parquet', '4152524f': 'Arrow' };

/** Returns what to do with a file of these first bytes; undefined for text. */
function adviceFor(bytes: Uint8Array): string | undefined {
  const table = startOf(bytes, TABLES);
  if (table !== undefined) return `convert the file to JSON Lines: this is ${table}`;
  const program = compressedBy(bytes);
  if (program === 'unzip') return 'unzip the file, or save a spreadsheet as CSV: this is a ZIP archive';
  return program && `decompress the file with ${program}`;
}

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
    let decoder: TextDecoder | undefined;
    for await (const chunk of bytesOf(path)) {
      const advice = decoder === undefined ? adviceFor(chunk) : undefined;
      if (advice !== undefined) throw new UsageError(`${flag} ${inputName(path)}: ${advice}`);
      decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true });
      file.feed(decoder.decode(chunk, { stream: true }));
      if (full()) return;
    }
    if (decoder !== undefined) file.feed(decoder.decode());
    file.end();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${flag} ${inputName(path)}: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof InputError) return stripVTControlCharacters(error.message);
  if (error instanceof TypeError)
    return 'convert the file to UTF-8, e.g. with iconv, or decompress it first: it is not UTF-8 text';
  return `the file cannot be read: ${fileReason(error)}`;
}
