import type { ZstdOptions } from 'node:zlib';
import { beginsZstdFrame, type Coding, codingsOf, isPlain, isZlib, zlib, zstdParams } from './codings.js';
import { failureOf, mebibytes, tooMuch } from './content-error.js';

/** Far above what a reply of the daemon holds. */
const MAX_WHOLE_BYTES = 64 * 1024 * 1024;

/**
 * A whole body without its content codings.
 * @param header The Content-Encoding header.
 * @throws {ContentError} as `createContentDecoder` does.
 */
export function decodedBody(body: Buffer, header: string): Buffer {
  return codingsOf(header).reduce((bytes, coding) => whole(bytes, coding, false, MAX_WHOLE_BYTES), body);
}

/**
 * As much of a body as its first bytes tell; empty where they tell nothing.
 * @param header The Content-Encoding header.
 * @param maxBytes Of what is decoded; with more it tells nothing.
 */
export function decodedStart(start: Buffer, header: string, maxBytes: number): Buffer {
  try {
    return codingsOf(header).reduce((bytes, coding) => whole(bytes, coding, true, maxBytes), start);
  } catch {
    return Buffer.alloc(0);
  }
}

function whole(body: Buffer, coding: Coding, cut: boolean, maxOutputLength: number): Buffer {
  const [first] = body;
  if (first === undefined || isPlain(coding, first)) return body;
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
      throw tooMuch(coding, `more than ${mebibytes(maxOutputLength)}`);
    throw failureOf(error, coding);
  }
}

/** What `info` makes of the result; the types know nothing of it. */
interface Inflated {
  buffer: Buffer;
  engine: { bytesWritten: number };
}

/** The library decodes the first of the frames that follow one another. */
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

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
