import { type ContentDecoder, createContentDecoder } from '../content/content-decoder.js';
import type { StreamEvent } from '../sdk/index.js';

type Chunk = Extract<StreamEvent, { type: 'chunk' }>;

/** An event of a response, with decoded bytes of the body. */
export type DecodedEvent =
  | Exclude<StreamEvent, Chunk>
  /** `wireBytes`: the compressed size of the chunk; 0 when an earlier event has counted its bytes. */
  | (Chunk & { wireBytes?: number });

/** Decodes a response's content codings as the bytes arrive. */
export interface DecodedEvents {
  /** The response's `content-encoding`; undefined for a body without coding. */
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
  let last: Chunk | undefined;
  let refused: unknown;

  const passPieces = async (
    chunk: Chunk,
    pieces: AsyncIterable<Uint8Array>,
    wireBytes: number,
  ): Promise<void> => {
    let uncounted = wireBytes;
    for await (const data of pieces) {
      await pass({ ...chunk, data, wireBytes: uncounted });
      uncounted = 0;
    }
    if (uncounted > 0) await pass({ ...chunk, data: NOTHING, wireBytes: uncounted });
  };

  const begin = (header: string): void => {
    decoder?.close();
    [decoder, refused, last] = [undefined, undefined, undefined];
    try {
      decoder = createContentDecoder(header);
    } catch (error) {
      // Thrown at the first chunk, after the headers were passed on.
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
      if (refused !== undefined) throw refused;
      if (decoder === undefined) return pass(event);
      last = event;
      return passPieces(event, decoder.feed(event.data), event.data.length);
    },
    async end() {
      if (decoder !== undefined && last !== undefined) await passPieces(last, decoder.end(), 0);
    },
    close() {
      decoder?.close();
    },
  };
}

const NOTHING = new Uint8Array();
