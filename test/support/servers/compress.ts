import {
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createDeflate,
  createDeflateRaw,
  createGzip,
  createZstdCompress,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';

/** Each form of each coding that servers send. */
export const FORMS = ['gzip', 'deflate', 'deflate-raw', 'br', 'zstd'] as const;
export type Form = (typeof FORMS)[number];

/** Its name in the Content-Encoding header. */
export const nameOf = (form: Form): string => (form === 'deflate-raw' ? 'deflate' : form);

/** The default quality takes six times as long for tables that only large texts need. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 16 } };

const WHOLE: Record<Form, (bytes: Uint8Array) => Buffer> = {
  gzip: (bytes) => gzipSync(bytes),
  deflate: (bytes) => deflateSync(bytes),
  'deflate-raw': (bytes) => deflateRawSync(bytes),
  br: (bytes) => brotliCompressSync(bytes, BROTLI),
  zstd: (bytes) => zstdCompressSync(bytes),
};

const compressorOf = (form: Form) => {
  switch (form) {
    case 'gzip':
      return createGzip({ flush: constants.Z_SYNC_FLUSH });
    case 'deflate':
      return createDeflate({ flush: constants.Z_SYNC_FLUSH });
    case 'deflate-raw':
      return createDeflateRaw({ flush: constants.Z_SYNC_FLUSH });
    case 'br':
      return createBrotliCompress({ flush: constants.BROTLI_OPERATION_FLUSH, ...BROTLI });
    case 'zstd':
      return createZstdCompress({ flush: constants.ZSTD_e_flush });
  }
};

/** The bytes in one piece. */
export const compressed = (form: Form, bytes: Uint8Array): Buffer => WHOLE[form](bytes);

/** The chunks of a server that flushes after each of these pieces, and the body's end. */
export async function flushed(form: Form, pieces: readonly Uint8Array[]): Promise<Buffer[]> {
  const compressor = compressorOf(form);
  const written: Buffer[] = [];
  let now: Buffer[] = [];
  compressor.on('data', (data: Buffer) => now.push(data));
  for (const piece of pieces) {
    await new Promise<void>((resolve) => compressor.write(piece, () => resolve()));
    written.push(Buffer.concat(now));
    now = [];
  }
  await new Promise<void>((resolve) => compressor.on('end', resolve).end());
  return [...written, Buffer.concat(now)];
}

/** Splits the bytes at these places (shares of the whole, in any order). */
export function cutAt(bytes: Uint8Array, shares: readonly number[]): Uint8Array[] {
  const places = shares.map((share) => Math.floor(share * bytes.length)).sort((a, b) => a - b);
  return [...places, bytes.length].map((end, index) => bytes.subarray(places[index - 1] ?? 0, end));
}
