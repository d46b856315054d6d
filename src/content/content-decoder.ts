import {
  actualCoding,
  beginsZstdFrame,
  type Coding,
  codingsOf,
  type Inflator,
  inflatorOf,
  MIN_START,
} from './codings.js';
import { type ContentError, failureOf } from './content-error.js';
import { createExpansion } from './expansion.js';

/** Decodes a body incrementally. */
export interface ContentDecoder {
  /** Yields everything that can be decoded with these bytes. Read it to its end before you feed more. */
  feed(bytes: Uint8Array): AsyncIterable<Uint8Array>;
  /** Call this when the body has ended. Yields the rest. */
  end(): AsyncIterable<Uint8Array>;
  /** Stops decoding. */
  close(): void;
}

/**
 * Decodes gzip, deflate (with or without zlib's header), br and zstd, also combined. Data that the sender has flushed
 * is yielded at once, in pieces of up to 64 KiB; the next piece is decoded on demand. `feed` and `end` throw
 * `ContentError` for a body that is damaged, ends early, or decodes to far more bytes than it has.
 *
 * @param header The Content-Encoding header.
 * @returns undefined for an uncompressed body
 * @throws {ContentError} for an unknown coding.
 */
export function createContentDecoder(header: string): ContentDecoder | undefined {
  const layers = codingsOf(header).map(createLayer);
  if (layers.length === 0) return undefined;
  async function* through(pieces: AsyncIterable<Uint8Array>, from: number): AsyncIterable<Uint8Array> {
    const layer = layers[from];
    if (layer === undefined) yield* pieces;
    else for await (const piece of pieces) yield* through(layer.feed(piece), from + 1);
  }
  return {
    feed: (bytes) => through(once(bytes), 0),
    async *end() {
      for (const [index, layer] of layers.entries()) yield* through(layer.end(), index + 1);
    },
    close() {
      for (const layer of layers) layer.close();
    },
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/**
 * Creates the decoder for one coding. Decoded bytes wait in its stream, which pauses while they are not read.
 * @param named the coding in the header; the first bytes may show another
 */
function createLayer(named: Coding): ContentDecoder {
  const expansion = createExpansion(named);
  /** The body's first bytes, while there are too few of them to show its coding. */
  let start: Uint8Array | undefined = new Uint8Array();
  /** Undefined for a body that is not encoded. */
  let coding: Coding | undefined;
  let inflating: ReturnType<typeof createInflating> | undefined;

  async function* feed(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    if (start === undefined) yield* decode(bytes);
    else {
      start = start.length === 0 ? bytes : Buffer.concat([start, bytes]);
      if (start.length >= MIN_START) yield* begin(start);
    }
  }
  async function* begin(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    start = undefined;
    coding = actualCoding(named, bytes);
    yield* decode(bytes);
  }
  async function* decode(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    const [first] = bytes;
    if (first === undefined) return;
    expansion.addInput(bytes.length);
    if (coding === undefined) {
      yield bytes;
      return;
    }
    inflating ??= createInflating(inflatorOf(coding, first), named);
    yield* counted(inflating.write(bytes));
    // Another Zstandard frame may follow. Other bytes after the end are padding.
    const rest = bytes.subarray(bytes.length - inflating.unused);
    if (coding !== 'zstd' || !beginsZstdFrame(rest[0] ?? 0)) return;
    inflating = undefined;
    expansion.addInput(-rest.length);
    yield* decode(rest);
  }
  async function* counted(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      expansion.addOutput(piece.length);
      yield piece;
    }
  }
  return {
    feed,
    async *end() {
      if (start !== undefined && start.length > 0) yield* begin(start);
      if (inflating !== undefined) yield* counted(inflating.end());
    },
    close: () => inflating?.close(),
  };
}

function createInflating(inflator: Inflator, coding: string) {
  let fed = 0;
  let ended = false;
  let failure: ContentError | undefined;
  let changed = (): void => {};
  inflator.on('readable', () => changed());
  const stop = (): void => {
    ended = true;
    changed();
  };
  inflator.on('end', stop);
  inflator.on('close', stop);
  inflator.on('error', (error) => {
    failure = failureOf(error, coding);
    changed();
  });
  async function* taken(done: () => boolean): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece: Uint8Array | null = inflator.read();
      if (piece !== null) yield piece;
      else if (failure !== undefined) throw failure;
      else if (ended || done()) return;
      else
        await new Promise<void>((resolve) => {
          changed = resolve;
        });
    }
  }
  return {
    /** How many of the written bytes come after the end of the encoded data. */
    get unused() {
      return fed - inflator.bytesWritten;
    },
    write(bytes: Uint8Array): AsyncIterable<Uint8Array> {
      const over = ended || fed > inflator.bytesWritten;
      fed = over ? inflator.bytesWritten + bytes.length : fed + bytes.length;
      let written = over;
      if (!over) {
        inflator.write(bytes, () => {
          written = true;
          changed();
        });
      }
      return taken(() => written);
    },
    end(): AsyncIterable<Uint8Array> {
      if (!ended) inflator.end();
      return taken(() => false);
    },
    close: () => inflator.destroy(),
  };
}
