import { type ContentDecoder, createContentDecoder } from '../content/content-decoder.js';
import type { StreamEvent } from '../sdk/index.js';

type Chunk = Extract<StreamEvent, { type: 'chunk' }>;

/** A response's event with its body's bytes decoded. */
export type DecodedEvent =
  | Exclude<StreamEvent, Chunk>
  /** `wireBytes`: the compressed size of the chunk; 0 when an earlier event has counted its bytes. */
  | (Chunk & { wireBytes?: number });

/** Takes the content codings off a response as it comes. */
export interface DecodedEvents {
  /** The content codings of the response as its header has them; undefined for a body as it is. */
  readonly coding: string | undefined;
  /** @throws {ContentError} for a body that can't be decoded; the events before it were passed on. */
  onEvent(event: StreamEvent): void | Promise<void>;
  /** The body has ended. @throws {ContentError} where a part of it is missing. */
  end(): Promise<void>;
  close(): void;
}

/**
 * Passes events on, one at a time where `pass` returns a promise. A chunk of a compressed body becomes one or more
 * with the times of when it came; it is passed on also when nothing can be decoded yet, as a sign of life.
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
      // Passed on when the body begins, after the headers.
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
