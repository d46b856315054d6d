import { basename } from 'node:path';
import type { Attachment } from '../../sessions/types.js';
import { readBytes } from '../support/text-file.js';
import { UsageError } from '../support/usage-error.js';

/** How a file of each type that the providers take begins, in Latin-1. */
const TYPES: readonly [type: string, start: RegExp][] = [
  ['image/png', /^\x89PNG\r\n\x1a\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[\s\S]{4}WEBP/],
];

/**
 * Reads an image file, in the forms that are sent and saved with a question.
 * @throws {UsageError} when it cannot be read, is over 8 MiB, or is no PNG, JPEG, GIF or WebP
 */
export function readImage(path: string): Attachment & { size: number } {
  const refuse = (why: string): UsageError => new UsageError(`--image ${path} ${why}`);
  const bytes = readBytes(path, refuse);
  const start = bytes.subarray(0, 16).toString('latin1');
  const type = TYPES.find(([, pattern]) => pattern.test(start))?.[0];
  if (type === undefined) throw refuse('is no PNG, JPEG, GIF or WebP image');
  return { name: basename(path), type, size: bytes.length, data: bytes.toString('base64'), url: null };
}
