import type { HeaderList } from '../../../protocol/messages.js';
import { type BodyReader, bodyReader } from './body-reader.js';
import { MalformedResponse } from './malformed.js';
import { type Head, parseHead } from './response-head.js';

/** Receives the parts of a connection's responses. */
export interface ResponseTarget {
  onHead(statusCode: number, headers: HeaderList): void;
  /** Called with the body bytes of one read. They are only valid during the call. */
  onBody(bytes: Uint8Array): void;
  /** `keptMs`: how long the connection may be idle, in ms; 0: it can't be reused. */
  onEnd(keptMs: number): void;
}

/** Reads the responses of one HTTP/1.1 connection, one after another. */
export interface ResponseReader {
  /** Call this when a request with that method was sent. */
  expect(method: string): void;
  /** Parses the bytes of one read without keeping a reference to them. @throws {MalformedResponse} */
  feed(bytes: Buffer): void;
  /** Call this when the connection has ended. @returns whether the response is complete */
  end(): boolean;
}

/**
 * Parses responses incrementally with bounded memory (RFC 9112). The result does not depend on how the bytes are split.
 * @param headBytes most bytes of a response's status line and headers
 */
export function createResponseReader(headBytes: number, target: ResponseTarget): ResponseReader {
  let method: string | undefined;
  let pending: Buffer | undefined;
  let head: Head | undefined;
  let body: BodyReader | undefined;

  const finish = (keptMs: number): void => {
    method = undefined;
    head = undefined;
    body = undefined;
    target.onEnd(keptMs);
  };

  /** @returns the offset of the body, or undefined while the head is incomplete */
  const readHead = (bytes: Buffer, requestMethod: string): number | undefined => {
    const found = parseHead(bytes, headBytes);
    if (found === undefined) return undefined;
    const { head: read, length } = found;
    // An interim response (1xx) is followed by the final one.
    if (read.statusCode >= 200) {
      head = read;
      body = bodyReader(read, requestMethod);
      target.onHead(read.statusCode, read.headers);
    }
    return length;
  };

  const feedBody = (bytes: Buffer): void => {
    if (body === undefined || head === undefined) return;
    const content = body.feed(bytes);
    const { keptMs } = head;
    if (content.length > 0) target.onBody(content);
    // Read `body` again: `onBody` may have ended the response.
    if (body?.over === true) finish(keptMs);
  };

  return {
    expect(requestMethod) {
      method = requestMethod;
    },
    feed(bytes) {
      let rest = bytes;
      if (pending !== undefined) {
        rest = Buffer.concat([pending, bytes]);
        pending = undefined;
      }
      while (head === undefined) {
        if (method === undefined) throw new MalformedResponse('Data after the response', rest);
        const from = readHead(rest, method);
        if (from === undefined) {
          pending = Buffer.from(rest);
          return;
        }
        rest = rest.subarray(from);
      }
      feedBody(rest);
    },
    end() {
      if (body === undefined || body.delimited) return false;
      finish(0);
      return true;
    },
  };
}
