import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../../common/error-code.js';
import { makeFolder } from '../../common/program/user-folders.js';

const TOKEN = /^[\x21-\x7e]{16,512}$/;

/**
 * Reads the token from a file that only its owner can read. A missing file is created with a new token.
 * @throws {Error} that says what is wrong with the file, and what to do
 */
export function readOrMakeToken(path: string): string {
  makeFolder(dirname(path));
  try {
    // With the flag `wx`, the call fails when the name exists, even as a link, so it never overwrites another file.
    writeFileSync(path, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  const found = lstatSync(path);
  if (!found.isFile()) throw new Error(`give another path for the token file: ${path} is not a regular file`);
  if (found.uid !== process.getuid?.()) throw new Error(`the token file ${path} belongs to another user`);
  if ((found.mode & 0o077) !== 0) {
    throw new Error(
      `run chmod 600 ${path}, or remove the file for a new token: other users can read this token file`,
    );
  }
  const token = readFileSync(path, 'utf8').trim();
  if (TOKEN.test(token)) return token;
  throw new Error(
    `remove the token file ${path} for a new one: it contains no token of 16 to 512 characters`,
  );
}

/** Compares a token in constant time. */
export function sameToken(given: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(right));
}
