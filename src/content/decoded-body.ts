import type { ZstdOptions } from 'node:zlib';
import { codeOf } from '../common/error-code.js';
import {
  actualCoding,
  beginsZstdFrame,
  type Coding,
  codingByMagic,
  codingsOf,
  isZlib,
  zlib,
  zstdParams,
} from './codings.js';
import { failureOf, mebibytes, tooMuch } from './content-error.js';

/** Far above the size of any reply of a daemon. */
const MAX_WHOLE_BYTES = 64 * 1024 * 1024;

/**
 * Decodes a whole body, also one that is compressed although the header does not say so.
 * @param header The Content-Encoding header.
 * @throws {ContentError} like `createContentDecoder`.
 */
export function decodedBody(body: Buffer, header: string): Buffer {
  return decoded(body, header, false, MAX_WHOLE_BYTES);
}

/**
 * Decodes the beginning of a body. Returns an empty buffer when that fails.
 * @param header The Content-Encoding header.
 * @param maxBytes Limit for the decoded bytes. Above it, the result is empty.
 */
export function decodedStart(start: Buffer, header: string, maxBytes: number): Buffer {
  try {
    return decoded(start, header, true, maxBytes);
  } catch {
    return Buffer.alloc(0);
  }
}

function decoded(body: Buffer, header: string, cut: boolean, limit: number): Buffer {
  const bytes = codingsOf(header).reduce((inner, coding) => whole(inner, coding, cut, limit), body);
  const coding = codingByMagic(bytes);
  return coding === undefined ? bytes : whole(bytes, coding, cut, limit);
}

function whole(body: Buffer, named: Coding, cut: boolean, maxOutputLength: number): Buffer {
  const [first] = body;
  const coding = actualCoding(named, body);
  if (first === undefined || coding === undefined) return body;
  const { constants, gunzipSync, inflateSync, inflateRawSync, brotliDecompressSync } = zlib();
  const options = { maxOutputLength, ...(cut && { finishFlush: constants.Z_SYNC_FLUSH }) };
  try {
    switch (coding) {
      case 'gzip':
        return gunzipSync(body, options);
      case 'deflate':
        return isZlib(first) ? inflateSync(body, options) : inflateRawSync(body, options);
      case 'br':
        return brotliDecompressSync(body, {
          maxOutputLength,
          ...(cut && { finishFlush: constants.BROTLI_OPERATION_FLUSH }),
        });
      case 'zstd':
        return zstdFrames(body, {
          maxOutputLength,
          ...(cut && { finishFlush: constants.ZSTD_e_flush }),
        });
    }
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE')
      throw tooMuch(named, `more than ${mebibytes(maxOutputLength)}`);
    throw failureOf(error, named);
  }
}

/** The result of zlib with the option `info`, which the types lack. */
interface Inflated {
  buffer: Buffer;
  engine: { bytesWritten: number };
}

/** Decodes all frames: the library only decodes the first one. */
function zstdFrames(body: Buffer, options: ZstdOptions): Buffer {
  const parts: Buffer[] = [];
  let rest = body;
  do {
    const result: unknown = zlib().zstdDecompressSync(rest, { ...options, params: zstdParams(), info: true });
    const { buffer, engine } = result as Inflated;
    parts.push(buffer);
    rest = rest.subarray(engine.bytesWritten);
  } while (beginsZstdFrame(rest[0] ?? 0));
  return Buffer.concat(parts);
}
