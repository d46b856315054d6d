import { basename } from 'node:path';
import type { ContentPart } from '../../connector/types.js';
import { bytes as bytesText } from '../../ui/style/format.js';
import { readBytes } from '../support/text-file.js';
import { UsageError } from '../support/usage-error.js';

/** An image as a part of a message, and as people are shown it. */
export interface Image {
  part: ContentPart;
  /** `cat.png, 12.3 kB` */
  label: string;
}

/** How a file of each type that the providers take begins, in Latin-1. */
const TYPES: readonly [type: string, start: RegExp][] = [
  ['image/png', /^\x89PNG\r\n\x1a\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[\s\S]{4}WEBP/],
];

/**
 * An image file as a `data:` URL, which each wire format takes in a form of its own.
 * @throws {UsageError} when it cannot be read, is over 8 MiB, or is no PNG, JPEG, GIF or WebP
 */
export function readImage(path: string): Image {
  const refuse = (why: string): UsageError => new UsageError(`--image ${path} ${why}`);
  const bytes = readBytes(path, refuse);
  const start = bytes.subarray(0, 16).toString('latin1');
  const type = TYPES.find(([, pattern]) => pattern.test(start))?.[0];
  if (type === undefined) throw refuse('is no PNG, JPEG, GIF or WebP image');
  const url = `data:${type};base64,${bytes.toString('base64')}`;
  return {
    part: { type: 'image_url', image_url: { url } },
    label: `${basename(path)}, ${bytesText(bytes.length)}`,
  };
}
