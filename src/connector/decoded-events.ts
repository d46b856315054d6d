import { codingByMagic, isPlain } from '../content/codings.js';
import { type ContentDecoder, createContentDecoder } from '../content/content-decoder.js';
import type { StreamEvent } from '../sdk/index.js';

type Chunk = Extract<StreamEvent, { type: 'chunk' }>;

/** A chunk with decoded bytes. */
interface PassedChunk extends Chunk {
  /** The compressed size of the chunk; 0 when an earlier event has counted its bytes. */
  wireBytes?: number;
  /** The coding of a body whose headers do not name it, with its first bytes. */
  coding?: string;
}

/** An event of a response, with decoded bytes of the body. */
export type DecodedEvent = Exclude<StreamEvent, Chunk> | PassedChunk;

/** Decodes a response's content codings as the bytes arrive, also a coding that the headers do not name. */
export interface DecodedEvents {
  /** The response's `content-encoding`; undefined for a body without. */
  readonly coding: string | undefined;
  /** @throws {ContentError} when the body can't be decoded, after earlier events were passed on. */
  onEvent(event: StreamEvent): void | Promise<void>;
  /** Ends the body. @throws {ContentError} when the body is incomplete. */
  end(): Promise<void>;
  close(): void;
}

/**
 * Passes events on and waits while `pass` returns a promise. A chunk of a compressed body becomes one or more chunks
 * with the same times. When it decodes to nothing yet, an empty chunk is passed on as a sign of life.
 */
export function decodeEvents(pass: (event: DecodedEvent) => void | Promise<void>): DecodedEvents {
  let coding: string | undefined;
  let decoder: ContentDecoder | undefined;
  /** Decodes a body that is compressed without a header for it; `null` once the body is known to be uncompressed. */
  let inner: ContentDecoder | null | undefined;
  let last: Chunk | undefined;
  let refused: unknown;

  const passPieces = async (
    chunk: PassedChunk,
    pieces: AsyncIterable<Uint8Array>,
    wireBytes: number,
    passOne: (chunk: PassedChunk) => void | Promise<void>,
  ): Promise<void> => {
    let uncounted = wireBytes;
    for await (const data of pieces) {
      await passOne({ ...chunk, data, wireBytes: uncounted });
      uncounted = 0;
    }
    if (uncounted > 0) await pass({ ...chunk, data: NOTHING, wireBytes: uncounted });
  };

  /** Passes on bytes that are decoded by the header's codings. */
  const passPiece = (chunk: PassedChunk): void | Promise<void> => {
    if (inner === null || chunk.data.length === 0) return pass(chunk);
    const found = inner === undefined ? codingByMagic(chunk.data) : undefined;
    inner ??= found === undefined ? null : (createContentDecoder(found) ?? null);
    if (inner === null) return pass(chunk);
    const { wireBytes = chunk.data.length } = chunk;
    const named = found === undefined ? chunk : { ...chunk, coding: found };
    return passPieces(named, inner.feed(chunk.data), wireBytes, pass);
  };

  const begin = (header: string): void => {
    decoder?.close();
    inner?.close();
    [decoder, inner, refused, last] = [undefined, undefined, undefined, undefined];
    try {
      decoder = createContentDecoder(header);
    } catch (error) {
      // Throw this error only at the first chunk, so that the headers are passed on.
      refused = error;
    }
    coding = decoder === undefined && refused === undefined ? undefined : header;
  };

  return {
    get coding() {
      return coding;
    },
    onEvent(event) {
      if (event.type === 'start') begin(event.headers['content-encoding'] ?? '');
      if (event.type !== 'chunk') return pass(event);
      if (refused !== undefined && !isReadable(event.data)) throw refused;
      refused = undefined;
      if (decoder === undefined && inner === null) return pass(event);
      last = event;
      if (decoder === undefined) return passPiece(event);
      return passPieces(event, decoder.feed(event.data), event.data.length, passPiece);
    },
    async end() {
      if (last === undefined) return;
      if (decoder !== undefined) await passPieces(last, decoder.end(), 0, passPiece);
      if (inner) await passPieces(last, inner.end(), 0, pass);
    },
    close() {
      decoder?.close();
      inner?.close();
    },
  };
}

/** Whether a body can be read although its header names an unknown coding. */
function isReadable(start: Uint8Array): boolean {
  return isPlain(undefined, start) || codingByMagic(start) !== undefined;
}

const NOTHING = new Uint8Array();
