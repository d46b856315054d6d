import { constants, crc32, deflateRawSync } from 'node:zlib';
import type { Frame, Reply } from './reply.js';

/** The header of RFC 1952: magic number, deflate, no flags, no time, unknown system. */
const HEADER = Buffer.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
/** An empty last block (RFC 1951). */
const LAST_BLOCK = Buffer.of(0x03, 0x00);

/** Compresses the reply and flushes each frame, even if the client does not accept gzip. */
export function gzipped(reply: Reply): Reply {
  return {
    ...reply,
    headers: { ...reply.headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' },
    frames: gzippedFrames(reply.frames),
  };
}

/** Yields one gzip member. Each frame is compressed separately, without a shared window. */
function* gzippedFrames(frames: Iterable<Frame>): Generator<Frame> {
  let checksum = 0;
  let length = 0;
  let atMs = 0;
  for (const frame of frames) {
    const first = length === 0;
    const bytes = Buffer.from(frame.bytes());
    checksum = crc32(bytes, checksum);
    length += bytes.length;
    ({ atMs } = frame);
    const block = deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
    yield { ...frame, bytes: () => (first ? Buffer.concat([HEADER, block]) : block) };
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(length % 2 ** 32, 4);
  const start = length === 0 ? [HEADER] : [];
  yield { atMs, tokens: 0, bytes: () => Buffer.concat([...start, LAST_BLOCK, trailer]) };
}
