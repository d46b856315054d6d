import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Document, isMap, parseDocument } from 'yaml';
import { fileReason } from '../../common/errors.js';
import { loadConfigObject } from '../../config/load.js';
import { ConfigError, formatProblem } from '../../config/problem.js';
import { UsageError } from '../support/flags/usage-error.js';
import { openReplacedFile } from '../support/output/replaced-file.js';

/**
 * Adds a profile to a configuration file, and creates a missing file. Comments and all other content stay unchanged,
 * also the ends of lines.
 * @throws {UsageError} when the profile can't be used, its name is taken, or the file can't be changed
 */
export function addProfile(path: string, name: string, profile: Record<string, unknown>): void {
  check(name, profile);
  const before = existsSync(path) ? textOf(path) : undefined;
  const document = before === undefined ? new Document({}) : parseDocument(before);
  const [error] = document.errors;
  if (error !== undefined) throw new UsageError(`correct ${path} first: ${error.message}`);
  if (document.contents !== null && !isMap(document.contents))
    throw new UsageError(`correct ${path} first: it must be a mapping of keys`);
  if (document.contents === null) document.contents = document.createNode({});
  if (document.hasIn(['profiles', name]))
    throw new UsageError(`choose another name: ${path} has a profile "${name}" already`);
  // `profiles:` without content is not a mapping yet.
  if (!isMap(document.get('profiles'))) document.set('profiles', document.createNode({}));
  document.setIn(['profiles', name], document.createNode(profile));
  const text = document.toString();
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // The document keeps a carriage return at the end of a comment.
    const lines = before?.includes('\r\n') ? text.replace(/\r*\n/g, '\r\n') : text;
    openReplacedFile(path, 0o600).write([before?.startsWith(BOM) ? BOM + lines : lines]);
  } catch (error) {
    throw new UsageError(`${path} cannot be written: ${fileReason(error)}`);
  }
}

const BOM = '\ufeff';

/** Reading other encodings would replace their characters. */
function textOf(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${fileReason(error)}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new UsageError(`save ${path} as UTF-8: it has another encoding`);
  }
}

/** Variables may be unset while a profile is written. */
function check(name: string, profile: Record<string, unknown>): void {
  const input = Object.fromEntries([['profiles', Object.fromEntries([[name, profile]])]]);
  try {
    const { problems } = loadConfigObject(input, { env: {} });
    const [problem] = problems.filter(({ severity }) => severity === 'error');
    if (problem !== undefined) throw new UsageError(formatProblem(problem));
  } catch (error) {
    throw error instanceof ConfigError ? new UsageError(error.message) : error;
  }
}
