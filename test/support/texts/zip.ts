import { crc32, deflateRawSync } from 'node:zlib';

interface ZipOptions {
  /** Writes lengths and offsets as an archive over 4 GB has them. */
  large?: boolean;
  /** Stores the files without compression. */
  stored?: boolean;
  flags?: number;
  /** The length that the archive states for each file [the true one]. */
  stated?: number;
  comment?: string;
}

/** Makes a ZIP archive of these files. */
export function zipOf(files: Readonly<Record<string, string>>, options: ZipOptions = {}): Buffer {
  const { large = false, stored = false, flags = 0x800, comment = '' } = options;
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const content = Buffer.from(text);
    const packed = stored ? content : deflateRawSync(content);
    const size = options.stated ?? content.length;
    const path = Buffer.from(name);
    const method = stored ? 0 : 8;
    const local = fields([4, 0x04034b50], [2, 45], [2, flags], [2, method], [4, 0], [4, crc32(content)]);
    const sizes = fields([4, packed.length], [4, size], [2, path.length], [2, 4]);
    // The extra fields of the two headers can differ.
    parts.push(local, sizes, path, fields([2, 0x9999], [2, 0]), packed);
    const extra = large ? fields([2, 1], [2, 24], [8, size], [8, packed.length], [8, at]) : Buffer.alloc(0);
    const recorded = (number: number): number => (large ? 0xffffffff : number);
    directory.push(
      fields([4, 0x02014b50], [2, 45], [2, 45], [2, flags], [2, method], [4, 0], [4, crc32(content)]),
      fields([4, recorded(packed.length)], [4, recorded(size)], [2, path.length], [2, extra.length]),
      fields([2, 0], [2, 0], [2, 0], [4, 0], [4, recorded(at)]),
      path,
      extra,
    );
    at = parts.reduce((sum, part) => sum + part.length, 0);
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  const count = Object.keys(files).length;
  const end64 = [
    fields([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, count], [8, count]),
    fields([8, length], [8, at]),
    fields([4, 0x07064b50], [4, 0], [8, at + length], [4, 1]),
  ];
  const end = fields(
    ...([
      [4, 0x06054b50],
      [2, 0],
      [2, 0],
      [2, count],
      [2, count],
    ] as const),
    ...([
      [4, large ? 0xffffffff : length],
      [4, large ? 0xffffffff : at],
      [2, comment.length],
    ] as const),
  );
  return Buffer.concat([...parts, ...directory, ...(large ? end64 : []), end, Buffer.from(comment)]);
}

/** Returns numbers as bytes, the lowest first. */
function fields(...numbers: (readonly [bytes: 2 | 4 | 8, value: number])[]): Buffer {
  return Buffer.concat(
    numbers.map(([bytes, value]) => {
      const buffer = Buffer.alloc(8);
      buffer.writeBigUInt64LE(BigInt(value));
      return buffer.subarray(0, bytes);
    }),
  );
}
