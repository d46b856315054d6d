import { constants } from 'node:buffer';
import type { Refuse } from './bytes.js';

/**
 * Returns the text in a file's bytes.
 * @throws the result of `refuse` when they are not UTF-8
 */
export function utf8Of(bytes: Buffer, refuse: Refuse): string {
  const text = textOf(bytes);
  if (text === undefined) throw refuse(notText(bytes));
  return text;
}

/** The first bytes of compressed files, and the program that decompresses them. */
const COMPRESSED = {
  '1f8b': 'gunzip',
  '504b0304': 'unzip',
  '28b52ffd': 'unzstd',
  fd377a58: 'unxz',
  '425a68': 'bunzip2',
};

/** Returns the program that decompresses a file with these first bytes; undefined when it is not compressed. */
export const compressedBy = (bytes: Uint8Array): string | undefined => startOf(bytes, COMPRESSED);

/** Returns the kind of a file by its first bytes. @param kinds by at most four bytes, in hexadecimal digits */
export function startOf(bytes: Uint8Array, kinds: Readonly<Record<string, string>>): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  return Object.entries(kinds).find(([magic]) => start.startsWith(magic))?.[1];
}

/** Returns the message for bytes that are not text. */
export function notText(bytes: Uint8Array): string {
  if (bytes.length > constants.MAX_STRING_LENGTH) return 'is longer than 512 MB: split it';
  const program = compressedBy(bytes);
  if (program !== undefined) return `is compressed; decompress it first, with: ${program}`;
  return 'is not UTF-8 text; convert it, for example with: iconv -f WINDOWS-1252 -t UTF-8';
}

/** Returns the encoding of a text with these first bytes: UTF-16 has a byte order mark. */
export function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const mark = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0);
  return mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8';
}

/**
 * Decodes UTF-8, or UTF-16 that begins with a byte order mark, as Windows programs write it.
 * @returns undefined when it is neither, or longer than a string can be (512 MB)
 */
export function textOf(bytes: Uint8Array): string | undefined {
  const encoding = encodingOf(bytes);
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    // Bytes in another encoding that begin like UTF-16, for example UTF-32, have NULs.
    return encoding !== 'utf-8' && text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
