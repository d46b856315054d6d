import type { HeaderList } from '../../../protocol/messages.js';
import { type BodyReader, bodyReader } from './body-reader.js';
import { MalformedResponse } from './malformed.js';
import { type Head, parseHead } from './response-head.js';

/** Told what the responses of a connection consist of. */
export interface ResponseTarget {
  onHead(statusCode: number, headers: HeaderList): void;
  /** A run of body bytes: all that one read brought of this body. They are the target's to keep. */
  onBody(bytes: Uint8Array): void;
  /** `keptMs`: how long the connection may wait for another request; 0: it can carry none. */
  onEnd(keptMs: number): void;
}

/** Reads the responses of one HTTP/1.1 connection, one after another. */
export interface ResponseReader {
  /** A request by that method was sent: a response is expected. */
  expect(method: string): void;
  /** What one read brought. @throws {MalformedResponse} */
  feed(bytes: Buffer): void;
  /** The connection has ended. @returns whether that was the response's end */
  end(): boolean;
}

const HEAD_END = '\r\n\r\n';

/**
 * Incremental and bounded; how the bytes are cut changes nothing (RFC 9112).
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

  /** @returns where the body begins; undefined while the head goes on */
  const readHead = (bytes: Buffer, asked: string): number | undefined => {
    const end = bytes.indexOf(HEAD_END);
    if (end > headBytes || (end < 0 && bytes.length > headBytes))
      throw new MalformedResponse('too long', bytes);
    if (end < 0) {
      if (!'HTTP/1.'.startsWith(bytes.toString('latin1', 0, 7)))
        throw new MalformedResponse('Expected HTTP/', bytes);
      return undefined;
    }
    const read = parseHead(bytes.toString('latin1', 0, end), bytes);
    // After an interim response the real one follows.
    if (read.statusCode >= 200) {
      head = read;
      body = bodyReader(read, asked);
      target.onHead(read.statusCode, read.headers);
    }
    return end + HEAD_END.length;
  };

  const feedBody = (bytes: Buffer): void => {
    if (body === undefined || head === undefined) return;
    const content = body.feed(bytes);
    const { keptMs } = head;
    if (content.length > 0) target.onBody(content);
    // The target may have had enough.
    if (body?.over === true) finish(keptMs);
  };

  return {
    expect(asked) {
      method = asked;
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
          pending = rest;
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
