import { basename, extname } from 'node:path';
import { visible } from '../../config/problem.js';
import type { Imported } from '../../sessions/import/conversation.js';
import { readImport } from '../../sessions/import/recognise.js';
import { type ReadAt, type ZipEntry, zipEntries } from '../../sessions/import/zip.js';
import { SessionsError } from '../../sessions/problem.js';
import { UsageError } from '../support/flags/usage-error.js';
import { textOf } from '../support/input/text-file.js';

/** A string can't be longer, and a small archive can unpack to terabytes. */
const MAX_BYTES = 512 * 1024 * 1024;
/**
 * The names of the files with conversations in the archives of ChatGPT, Claude and DeepSeek, which also have files
 * about the account.
 */
const CONVERSATIONS = /(?:^|\/)conversations(?:-\d+)?\.json$/;
/** Skips the files that macOS adds to archives. */
const JSON_FILE = /^(?!__MACOSX\/)(?:.*\/)?(?!\._)[^/]+\.jsonl?$/i;
/** A folder in backups of newer versions of Cherry Studio. */
const DATABASE = /^IndexedDB\//;

/**
 * Reads the conversations in a ZIP archive.
 * @param length the archive's length in bytes
 * @throws {UsageError} when it has no file to import, or unpacks to more than a string can hold
 * @throws {SessionsError} `invalid` when none of its files can be imported
 */
export async function readZip(length: number, readAt: ReadAt): Promise<Imported> {
  const entries = zipEntries(length, readAt);
  const isBackup = entries.some(({ name }) => DATABASE.test(name));
  if (isBackup && !entries.some(({ name }) => name === 'data.json'))
    throw new UsageError(
      'import a backup that has a file data.json; this backup of Cherry Studio has only its database files',
    );
  const main = entries.filter(({ name }) => CONVERSATIONS.test(name));
  const files = main.length > 0 ? main : entries.filter(({ name }) => JSON_FILE.test(name));
  if (files.length === 0)
    throw new UsageError('export the conversations as JSON; this ZIP archive has no JSON file');
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (bytes > MAX_BYTES)
    throw new UsageError(
      `unzip it, and import its files one by one; together they have ${Math.round(bytes / 1024 / 1024)} MiB, and the limit is 512`,
    );
  const { found, refused } = await readFiles(files);
  const [first] = found;
  if (first === undefined) throw refused[0];
  return {
    format: `${first.format}, in a ZIP archive`,
    sessions: found.flatMap(({ sessions }) => sessions),
    remarks: [
      ...found.flatMap(({ remarks }) => remarks),
      ...(refused.length > 0 ? [`skipped ${refused.length} × JSON file without conversations`] : []),
    ],
    foreign: found.some(({ foreign }) => foreign),
  };
}

async function readFiles(files: readonly ZipEntry[]) {
  const found: Imported[] = [];
  const refused: SessionsError[] = [];
  for (const file of files) {
    const text = textOf(file.read());
    try {
      if (text === undefined) throw new SessionsError('invalid', 'it is not UTF-8 text');
      found.push(await readImport(text, basename(file.name, extname(file.name))));
    } catch (error) {
      if (!(error instanceof SessionsError)) throw error;
      error.message = `${visible(file.name)} in the ZIP archive: ${error.message}`;
      if (CONVERSATIONS.test(file.name)) throw error;
      refused.push(error);
    }
  }
  return { found, refused };
}
