import { beginsZstdFrame, type Coding, codingsOf, type Inflator, inflatorOf, isPlain } from './codings.js';
import { type ContentError, failureOf } from './content-error.js';
import { createExpansion } from './expansion.js';

/** Takes the content codings off a body as it comes. */
export interface ContentDecoder {
  /** All that can be decoded now that these bytes have come. To be read to its end before more is fed. */
  feed(bytes: Uint8Array): AsyncIterable<Uint8Array>;
  /** The body has ended: yields the rest. */
  end(): AsyncIterable<Uint8Array>;
  /** Nothing more is decoded. */
  close(): void;
}

/**
 * Decodes gzip, deflate (zlib's format or bare), br and zstd, also on one another. What a flush of the sender made
 * readable is given at once, in pieces of up to 64 KiB; the next piece is decoded when it is asked for. `feed` and `end` throw
 * `ContentError` for a body that is damaged, that ends early, or that comes to far more than it has bytes.
 *
 * @param header The Content-Encoding header.
 * @returns undefined for a body as it is
 * @throws {ContentError} for a coding that can't be read.
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

/** One coding. Decoded bytes wait in its stream, which stops when they are not read. */
function createLayer(coding: Coding): ContentDecoder {
  const expansion = createExpansion(coding);
  let inflating: ReturnType<typeof createInflating> | undefined;
  let plain = false;

  async function* feed(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    const [first] = bytes;
    if (first === undefined) return;
    expansion.took(bytes.length);
    if (inflating === undefined && !plain) {
      plain = isPlain(coding, first);
      if (!plain) inflating = createInflating(inflatorOf(coding, first), coding);
    }
    if (inflating === undefined) {
      yield bytes;
      return;
    }
    yield* counted(inflating.write(bytes));
    // A frame of Zstandard may follow the one that ended here. What else follows an end is padding.
    const rest = bytes.subarray(bytes.length - inflating.left);
    if (coding !== 'zstd' || !beginsZstdFrame(rest[0] ?? 0)) return;
    inflating = undefined;
    expansion.took(-rest.length);
    yield* feed(rest);
  }
  async function* counted(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      expansion.gave(piece.length);
      yield piece;
    }
  }
  return {
    feed,
    async *end() {
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
    /** Bytes of those written last that follow the end of what is encoded. */
    get left() {
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
