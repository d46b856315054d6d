import { basename } from 'node:path';
import type { Attachment } from '../../../common/chat/attachments.js';
import { type Refuse, readFileBytes } from './bytes.js';

/** A file that is sent and saved with a question. */
export type AttachedFile = Attachment & { size: number; data: string };

/** The first bytes of an image of each type that providers accept, in Latin-1. */
const IMAGES: readonly [type: string, start: RegExp][] = [
  ['image/png', /^\x89PNG\r\n\x1a\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[\s\S]{4}WEBP/],
];
const PDF = ['application/pdf', /^%PDF-/] as const;

/**
 * Reads an ordinary file with an image.
 * @throws the result of `refuse` when it cannot be read, is over 8 MiB, or is not a PNG, JPEG, GIF or WebP image
 */
export function readImage(path: string, refuse: Refuse): AttachedFile {
  return imageOf(basename(path), readFileBytes(path, refuse), refuse);
}

/**
 * Returns bytes of an image as an attachment.
 * @throws the result of `refuse` when they are not a PNG, JPEG, GIF or WebP image
 */
export function imageOf(name: string, bytes: Buffer, refuse: Refuse): AttachedFile {
  const type = typeIn(bytes, IMAGES);
  if (type === undefined) throw refuse('is not a PNG, JPEG, GIF or WebP image');
  return attached(name, type, bytes);
}

/** Returns bytes of an image or a PDF as an attachment; undefined for other bytes. */
export function imageOrPdf(name: string, bytes: Buffer): AttachedFile | undefined {
  const type = typeIn(bytes, [...IMAGES, PDF]);
  return type === undefined ? undefined : attached(name, type, bytes);
}

/**
 * Reads an ordinary file of any kind that models read. The content decides the kind, because names can be wrong and
 * providers check.
 * @throws the result of `refuse` when it cannot be read, is over 8 MiB or empty, or is of another kind than image, PDF
 * and text
 */
export function readAttachment(path: string, refuse: Refuse): AttachedFile {
  const bytes = readFileBytes(path, refuse);
  if (bytes.length === 0) throw refuse('is empty');
  const found = imageOrPdf(basename(path), bytes);
  if (found !== undefined) return found;
  if (isText(bytes)) return attached(basename(path), 'text/plain', bytes);
  throw refuse('can not be sent: it is not a PNG, JPEG, GIF or WebP image, not a PDF and not UTF-8 text');
}

function attached(name: string, type: string, bytes: Buffer): AttachedFile {
  return { name, type, size: bytes.length, data: bytes.toString('base64'), url: null };
}

function typeIn(bytes: Buffer, types: readonly (readonly [string, RegExp])[]): string | undefined {
  const start = bytes.subarray(0, 16).toString('latin1');
  return types.find(([, pattern]) => pattern.test(start))?.[0];
}

function isText(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return !bytes.includes(0);
  } catch {
    return false;
  }
}
