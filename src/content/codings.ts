import type * as Zlib from 'node:zlib';
import { ContentError } from './content-error.js';

export type Coding = 'gzip' | 'deflate' | 'br' | 'zstd';

/** The most codings of one body; real servers use at most two. */
const MAX_CODINGS = 5;
/** Names that servers send although the body is not encoded, including character sets. */
const NONE = /^(identity|none|binary|plain|[78]bit|utf-?8|us-ascii|iso-8859-\d+|(aws-)?chunked|)$/;
/** How many bytes of a body show whether it is text. */
const MAX_START = 64;
/** The fewest bytes that show a body's coding, unless the body is shorter. */
export const MIN_START = 8;
/** The limit for HTTP in RFC 9659: a window of 8 MiB. */
const ZSTD_WINDOW_LOG = 23;

/** A decoder of `node:zlib`. */
export type Inflator = ReturnType<typeof Zlib.createGunzip> | ReturnType<typeof Zlib.createZstdDecompress>;

// Loaded for the first compressed answer, because nearly all answers are uncompressed.
export const zlib = (): typeof Zlib => process.getBuiltinModule('node:zlib');

/**
 * Returns the codings of a Content-Encoding header in the order of decoding; an empty list for an uncompressed body.
 * @throws {ContentError} for an unknown coding, or for too many codings.
 */
export function codingsOf(header: string): readonly Coding[] {
  const names = header
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => !NONE.test(name));
  if (names.length > MAX_CODINGS)
    throw new ContentError(
      'unknown coding',
      `sent a body with ${names.length} content codings; the limit is ${MAX_CODINGS}.`,
    );
  return names.map(codingNamed).reverse();
}

/** Returns the coding of a body by its first bytes. Neither text nor JSON begins with them. */
export function codingByMagic(start: Uint8Array): Coding | undefined {
  const [first, second, third, fourth] = start;
  if (first === 0x1f && (second === 0x8b || second === undefined)) return 'gzip';
  if (first === 0x28 && second === 0xb5 && third === 0x2f && fourth === 0xfd) return 'zstd';
  // The header of zlib's format with the usual window.
  return first === 0x78 && (second === 0x01 || second === 0x9c || second === 0xda) ? 'deflate' : undefined;
}

function codingNamed(name: string): Coding {
  if (name === 'x-gzip') return 'gzip';
  if (name === 'gzip' || name === 'deflate' || name === 'br' || name === 'zstd') return name;
  throw new ContentError(
    'unknown coding',
    `sent a body with the content coding ${JSON.stringify(name.slice(0, 40))}, which can't be read; gzip, deflate, br and zstd can. Make it send the body uncompressed: the request accepts only "identity".`,
  );
}

/**
 * Matches the beginning of an event stream, JSON or a web page without control characters. Encoded bodies can begin with
 * one of these characters, but not with all of them.
 */
const TEXT =
  /^\s*(?:(?:data|event|retry|id):|:[\s\w]|\{\s*["}]|\[\s*[[\]{"]|<[!?a-z])[^\0-\x08\x0e-\x1f\x7f]*$/i;

/** The third byte of every body in gzip. */
const GZIP_METHOD = 8;
/** Matches a control character that no text has. */
const CONTROL = /[\0-\x08\x0e-\x1f\x7f]/;

/**
 * Returns the coding of a body whose header names one. Some gateways keep the header of another body, or compress again.
 * @param start the first bytes of the body, at least MIN_START if it has so many
 * @returns undefined for a body that is not encoded
 */
export function actualCoding(named: Coding, start: Uint8Array): Coding | undefined {
  const [first = 0, , method = GZIP_METHOD] = start;
  const shown = codingByMagic(start);
  if (shown === named || (shown !== undefined && (shown !== 'gzip' || method === GZIP_METHOD))) return shown;
  if (isPlain(named, start)) return undefined;
  // Bodies in gzip and zstd begin with their own bytes, and those in br with any.
  return named === 'gzip' || (named === 'zstd' && !beginsZstdFrame(first)) ? 'br' : named;
}

/** Whether a body is text without a coding. Without the name of a coding, only the text of an answer counts. */
export function isPlain(coding: Coding | undefined, start: Uint8Array): boolean {
  const [first = 0] = start;
  const beginning = Buffer.from(start.subarray(0, MAX_START)).toString('latin1');
  if (coding !== 'gzip' && coding !== 'zstd') return TEXT.test(beginning);
  // These codings begin with magic bytes.
  const text = first < 0x7f && !CONTROL.test(beginning);
  return text && (coding === 'gzip' || !beginsZstdFrame(first));
}

/** Whether another Zstandard frame begins here. Skippable frames begin with other bytes. */
export function beginsZstdFrame(first: number): boolean {
  return first === 0x28 || (first & 0xf0) === 0x50;
}

/**
 * Returns a decoder for a body with this first byte. It decides about "deflate", which is zlib's format, but some
 * servers omit zlib's header.
 */
export function inflatorOf(coding: Coding, first: number): Inflator {
  const { createGunzip, createInflate, createInflateRaw, createBrotliDecompress, createZstdDecompress } =
    zlib();
  switch (coding) {
    case 'gzip':
      return createGunzip();
    case 'deflate':
      return isZlib(first) ? createInflate() : createInflateRaw();
    case 'br':
      return createBrotliDecompress();
    case 'zstd':
      return createZstdDecompress({ params: zstdParams() });
  }
}

/** Limits the memory that a body can demand. */
export function zstdParams(): Record<number, number> {
  return { [zlib().constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG };
}

/** Whether a "deflate" body has the zlib header. */
export function isZlib(first: number): boolean {
  return (first & 0x0f) === 8;
}
