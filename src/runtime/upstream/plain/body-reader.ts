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

/** @param method the request's method: a response to HEAD has no body */
export function bodyReader({ statusCode, framing }: Head, method: string): BodyReader {
  if (method === 'HEAD' || statusCode === 204 || statusCode === 304) return lengthBody(0);
  switch (framing.kind) {
    case 'chunked':
      return chunkedBody();
    case 'length':
      return lengthBody(framing.bytes);
    case 'close':
      return { feed: (bytes) => bytes, over: false, delimited: false };
  }
}

function lengthBody(length: number): BodyReader {
  let left = length;
  return {
    feed(bytes) {
      if (bytes.length > left) throw new MalformedResponse('Data after the response', bytes);
      left -= bytes.length;
      return bytes;
    },
    get over() {
      return left === 0;
    },
    delimited: true,
  };
}

const CR = 13;
const LF = 10;
const SEMICOLON = 59;
/** Most characters of one chunk's extensions, and of all trailers together. */
const MAX_ASIDE = 16_384;

/** Reads a body with Transfer-Encoding: chunked (RFC 9112, 7.1). Skips extensions and trailers. */
function chunkedBody(): BodyReader {
  let state: 'size' | 'extension' | 'data' | 'end' | 'trailer' | 'over' = 'size';
  let size = 0;
  let digits = 0;
  let aside = 0;
  /** Characters of the current trailer line so far. */
  let line = 0;

  const damaged = (bytes: Buffer): MalformedResponse => new MalformedResponse('Invalid chunk', bytes);

  return {
    feed(bytes) {
      let first: Uint8Array = NOTHING;
      let further: Uint8Array[] | undefined;
      let at = 0;
      while (at < bytes.length) {
        const byte = bytes[at] ?? 0;
        switch (state) {
          case 'size': {
            const digit = hexDigit(byte);
            if (digit >= 0) {
              size = size * 16 + digit;
              digits += 1;
              if (digits > 13) throw damaged(bytes);
            } else if (digits === 0) throw damaged(bytes);
            else if (byte === LF) state = size === 0 ? 'trailer' : 'data';
            else if (byte === SEMICOLON || byte === 32 || byte === 9) state = 'extension';
            else if (byte !== CR) throw damaged(bytes);
            at += 1;
            break;
          }
          case 'extension': {
            aside += 1;
            if (aside > MAX_ASIDE) throw damaged(bytes);
            if (byte === LF) state = size === 0 ? 'trailer' : 'data';
            at += 1;
            break;
          }
          case 'data': {
            const piece = bytes.subarray(at, at + size);
            if (first.length === 0) first = piece;
            else {
              further ??= [first];
              further.push(piece);
            }
            at += piece.length;
            size -= piece.length;
            if (size === 0) state = 'end';
            break;
          }
          case 'end': {
            if (byte === LF) {
              state = 'size';
              digits = 0;
              aside = 0;
            } else if (byte !== CR) throw damaged(bytes);
            at += 1;
            break;
          }
          case 'trailer': {
            aside += 1;
            if (aside > MAX_ASIDE) throw damaged(bytes);
            if (byte === LF) {
              if (line === 0) state = 'over';
              line = 0;
            } else if (byte !== CR) line += 1;
            at += 1;
            break;
          }
          case 'over':
            throw new MalformedResponse('Data after the response', bytes);
        }
      }
      return further === undefined ? first : Buffer.concat(further);
    },
    get over() {
      return state === 'over';
    },
    delimited: true,
  };
}

/** Returns the value of a hexadecimal digit, or -1 for another byte. */
function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
