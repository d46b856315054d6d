import { MalformedResponse } from './malformed.js';
import type { Head } from './response-head.js';

/** Reads one response body from a connection's bytes. */
export interface BodyReader {
  /**
   * Returns the body's bytes, without chunk sizes.
   * @throws {MalformedResponse} also for bytes after the body's end
   */
  feed(bytes: Buffer): Uint8Array;
  readonly over: boolean;
  /** Whether a length or chunks mark the end of the body. Otherwise the end of the connection does. */
  readonly delimited: boolean;
}

const NOTHING = new Uint8Array();

/**
 * Creates the reader for a response's body.
 * @param method the request's method: a response to HEAD has no body
 */
export function bodyReader({ statusCode, framing }: Head, method: string): BodyReader {
  if (method === 'HEAD' || statusCode === 204 || statusCode === 304) return new LengthBody(0);
  switch (framing.kind) {
    case 'chunked':
      return new ChunkedBody();
    case 'length':
      return new LengthBody(framing.bytes);
    case 'close':
      return { feed: (bytes) => bytes, over: false, delimited: false };
  }
}

/** A class, because an object literal with a getter gets its own hidden class (see `ReadAnswer` in src/sdk). */
class LengthBody implements BodyReader {
  readonly delimited = true;
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  feed(bytes: Buffer): Uint8Array {
    if (bytes.length > this.#left) throw new MalformedResponse('Data after the response', bytes);
    this.#left -= bytes.length;
    return bytes;
  }

  get over(): boolean {
    return this.#left === 0;
  }
}

const CR = 13;
const LF = 10;
const SEMICOLON = 59;
/** The most characters of one chunk's extensions, and of all trailers together. */
const MAX_SKIPPED = 16_384;

/** Reads a body with Transfer-Encoding: chunked (RFC 9112, 7.1). Skips extensions and trailers. */
class ChunkedBody implements BodyReader {
  readonly delimited = true;
  #state: 'size' | 'extension' | 'data' | 'end' | 'trailer' | 'over' = 'size';
  #size = 0;
  #digits = 0;
  #skipped = 0;
  /** Characters of the current trailer line so far. */
  #line = 0;

  get over(): boolean {
    return this.#state === 'over';
  }

  feed(bytes: Buffer): Uint8Array {
    let first: Uint8Array = NOTHING;
    let further: Uint8Array[] | undefined;
    for (let at = 0; at < bytes.length; ) {
      if (this.#state !== 'data') {
        this.#frame(bytes[at] ?? 0, bytes);
        at += 1;
        continue;
      }
      const piece = bytes.subarray(at, at + this.#size);
      if (first.length === 0) first = piece;
      else {
        further ??= [first];
        further.push(piece);
      }
      at += piece.length;
      this.#size -= piece.length;
      if (this.#size === 0) this.#state = 'end';
    }
    return further === undefined ? first : Buffer.concat(further);
  }

  /** Reads a byte of the framing. */
  #frame(byte: number, bytes: Buffer): void {
    switch (this.#state) {
      case 'size': {
        const digit = hexDigit(byte);
        if (digit >= 0) {
          this.#size = this.#size * 16 + digit;
          this.#digits += 1;
          if (this.#digits > 13) throw damaged(bytes);
        } else if (this.#digits === 0) throw damaged(bytes);
        else if (byte === LF) this.#endSize();
        else if (byte === SEMICOLON || byte === 32 || byte === 9) this.#state = 'extension';
        else if (byte !== CR) throw damaged(bytes);
        return;
      }
      case 'extension':
        this.#skipped += 1;
        if (this.#skipped > MAX_SKIPPED) throw damaged(bytes);
        if (byte === LF) this.#endSize();
        return;
      case 'end':
        if (byte === LF) {
          this.#state = 'size';
          this.#digits = 0;
          this.#skipped = 0;
        } else if (byte !== CR) throw damaged(bytes);
        return;
      case 'trailer':
        this.#skipped += 1;
        if (this.#skipped > MAX_SKIPPED) throw damaged(bytes);
        if (byte === LF) {
          if (this.#line === 0) this.#state = 'over';
          this.#line = 0;
        } else if (byte !== CR) this.#line += 1;
        return;
      case 'over':
        throw new MalformedResponse('Data after the response', bytes);
    }
  }

  #endSize(): void {
    this.#state = this.#size === 0 ? 'trailer' : 'data';
  }
}

const damaged = (bytes: Buffer): MalformedResponse => new MalformedResponse('Invalid chunk', bytes);

/** Returns the value of a hexadecimal digit, or -1 for another byte. */
function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
