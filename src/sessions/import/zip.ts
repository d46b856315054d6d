import { crc32, inflateRawSync } from 'node:zlib';
import { SessionsError } from '../problem.js';

/** A file in a ZIP archive. */
export interface ZipEntry {
  /** The path in the archive. */
  readonly name: string;
  /** The length of its content in bytes, as the archive states it. */
  readonly size: number;
  /** @throws {SessionsError} `invalid` when the content can't be unpacked */
  read(): Buffer;
}

/** Reads a part of the archive. Past its end, the result is shorter. */
export type ReadAt = (at: number, length: number) => Buffer;

const END = 0x06054b50;
const END_LENGTH = 22;
const LONGEST_COMMENT = 0xffff;
const LOCATOR_64 = 0x07064b50;
const END_64 = 0x06064b50;
const ENTRY = 0x02014b50;
const ENTRY_LENGTH = 46;
const FILE = 0x04034b50;
const FILE_LENGTH = 30;
const EXTRA_64 = 1;
/** Replaces a number that is in the extra field, in archives over 4 GB. */
const ELSEWHERE = 0xffffffff;
const MAX_DIRECTORY_BYTES = 64 * 1024 * 1024;

/**
 * Lists the files of a ZIP archive (APPNOTE.TXT 6.3), also of one over 4 GB. Reads the archive's directory only.
 * @param length the archive's length in bytes
 * @throws {SessionsError} `invalid` when the directory can't be read
 */
export function zipEntries(length: number, readAt: ReadAt): ZipEntry[] {
  return inBounds(() => entriesOf(directoryOf(length, readAt), readAt));
}

/** Runs `read`. A number or an offset that is out of bounds means that the archive is damaged. */
function inBounds<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof RangeError ? damaged() : error;
  }
}

function directoryOf(length: number, readAt: ReadAt): Buffer {
  const tailAt = Math.max(0, length - END_LENGTH - LONGEST_COMMENT);
  const tail = readAt(tailAt, length - tailAt);
  let end = tail.length - END_LENGTH;
  while (end >= 0 && tail.readUInt32LE(end) !== END) end -= 1;
  if (end < 0) throw damaged();
  let [size, at] = [tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
  const locator = end - 20;
  if (at === ELSEWHERE && locator >= 0 && tail.readUInt32LE(locator) === LOCATOR_64) {
    const end64 = readAt(numberAt(tail, locator + 8), 56);
    if (end64.readUInt32LE(0) !== END_64) throw damaged();
    [size, at] = [numberAt(end64, 40), numberAt(end64, 48)];
  }
  if (size > MAX_DIRECTORY_BYTES) throw damaged();
  return readAt(at, size);
}

function entriesOf(directory: Buffer, readAt: ReadAt): ZipEntry[] {
  const entries: ZipEntry[] = [];
  for (let at = 0; at < directory.length; ) {
    if (directory.readUInt32LE(at) !== ENTRY) throw damaged();
    const nameAt = at + ENTRY_LENGTH;
    const extraAt = nameAt + directory.readUInt16LE(at + 28);
    const next = extraAt + directory.readUInt16LE(at + 30);
    const name = directory.toString('utf8', nameAt, extraAt);
    const [flags, method, sum] = [
      directory.readUInt16LE(at + 8),
      directory.readUInt16LE(at + 10),
      directory.readUInt32LE(at + 16),
    ];
    const [size = 0, packed = 0, headerAt = 0] = widened(
      [directory.readUInt32LE(at + 24), directory.readUInt32LE(at + 20), directory.readUInt32LE(at + 42)],
      directory.subarray(extraAt, next),
    );
    entries.push({
      name,
      size,
      read: () =>
        inBounds(() => {
          if ((flags & 1) === 1) throw refused('the ZIP archive is encrypted');
          if (method !== 0 && method !== 8) throw refused(`the ZIP archive is packed by method ${method}`);
          const header = readAt(headerAt, FILE_LENGTH);
          if (header.readUInt32LE(0) !== FILE) throw damaged();
          const from = headerAt + FILE_LENGTH + header.readUInt16LE(26) + header.readUInt16LE(28);
          const content = unpacked(readAt(from, packed), method, size);
          if (content?.length !== size || crc32(content) !== sum) throw damaged();
          return content;
        }),
    });
    at = next + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/** Never unpacks more bytes than the archive states. */
function unpacked(content: Buffer, method: number, size: number): Buffer | undefined {
  if (method === 0) return content;
  try {
    return inflateRawSync(content, { maxOutputLength: Math.max(1, size) });
  } catch {
    return undefined;
  }
}

/** Returns the numbers of an entry. Numbers over 32 bits are in an extra field, in this order. */
function widened(numbers: readonly number[], extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== EXTRA_64) continue;
    let from = at + 4;
    return numbers.map((number) => {
      if (number !== ELSEWHERE) return number;
      from += 8;
      return numberAt(extra, from - 8);
    });
  }
  return [...numbers];
}

function numberAt(buffer: Buffer, at: number): number {
  return Number(buffer.readBigUInt64LE(at));
}

function damaged(): SessionsError {
  return new SessionsError(
    'invalid',
    'the ZIP archive is damaged or incomplete; export or download it again',
  );
}

function refused(why: string): SessionsError {
  return new SessionsError('invalid', `${why}; unzip it, and import the files in it`);
}
