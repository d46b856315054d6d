import { MessageType, PROTOCOL_CONSTANTS } from './constants.js';

const { FRAME_LENGTH_SIZE, MESSAGE_TYPE_SIZE, MAX_PAYLOAD_SIZE } = PROTOCOL_CONSTANTS;
const HEADER_SIZE = FRAME_LENGTH_SIZE + MESSAGE_TYPE_SIZE;

/** Thrown when the peer violates the protocol. `recoverable`: the start of the next frame is known. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly recoverable: boolean;

  constructor(message: string, recoverable: boolean) {
    super(message);
    this.recoverable = recoverable;
  }
}

/** Thrown when a frame of the peer is longer than the limit. */
export class FrameTooLong extends ProtocolError {
  constructor(length: number, maxLength: number) {
    super(`frame of ${length} bytes is over the limit of ${maxLength}`, false);
  }
}

export interface FrameReader {
  /**
   * Reads the next bytes of the socket, in pieces of any size.
   * @throws {ProtocolError} when a length is 0 or over the limit; the reader can't be used after that.
   */
  feed(bytes: Uint8Array): void;
  /** True while a frame is incomplete. */
  readonly midFrame: boolean;
}

/**
 * Cuts a byte stream into frames of `[u32 big-endian length][u8 type][payload]`.
 *
 * Invariants: every byte is copied once, so the cost is linear for any split of the stream. At most one
 * frame is buffered. Each payload has a separate ArrayBuffer, so a wrong offset in it reaches no other bytes.
 */
export function createFrameReader(
  onFrame: (type: number, payload: Uint8Array) => void,
  maxLength: number = MAX_PAYLOAD_SIZE,
): FrameReader {
  const header = new Uint8Array(HEADER_SIZE);
  const view = new DataView(header.buffer);
  let headerFilled = 0;
  let payload: Uint8Array | undefined;
  let payloadFilled = 0;

  const payloadSize = (): number => {
    const length = view.getUint32(0, false);
    if (length < MESSAGE_TYPE_SIZE) throw new ProtocolError('frame of length 0', false);
    if (length > maxLength) throw new FrameTooLong(length, maxLength);
    return length - MESSAGE_TYPE_SIZE;
  };

  const feed = (bytes: Uint8Array): void => {
    let at = 0;
    while (at < bytes.length) {
      if (payload === undefined) {
        const part = bytes.subarray(at, at + HEADER_SIZE - headerFilled);
        header.set(part, headerFilled);
        headerFilled += part.length;
        at += part.length;
        // A bad length is an error as soon as it is read, before the type byte arrives.
        if (headerFilled >= FRAME_LENGTH_SIZE) {
          const size = payloadSize();
          // Not zeroed: every byte is written before the buffer is read.
          if (headerFilled === HEADER_SIZE) payload = new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
        }
      }
      if (payload !== undefined) {
        const part = bytes.subarray(at, at + payload.length - payloadFilled);
        payload.set(part, payloadFilled);
        payloadFilled += part.length;
        at += part.length;
        if (payloadFilled === payload.length) {
          const complete = payload;
          payload = undefined;
          payloadFilled = 0;
          headerFilled = 0;
          onFrame(header[FRAME_LENGTH_SIZE] ?? 0, complete);
        }
      }
    }
  };

  return {
    feed,
    get midFrame() {
      return headerFilled > 0;
    },
  };
}

/** Returns one frame, ready for the socket. @throws {RangeError} when the payload does not fit in a frame. */
export function encodeFrame(type: MessageType, payload: Uint8Array): Buffer {
  const length = MESSAGE_TYPE_SIZE + payload.length;
  if (length > MAX_PAYLOAD_SIZE) {
    throw new RangeError(
      `${MessageType[type]} of ${length} bytes is over the frame limit of ${MAX_PAYLOAD_SIZE}`,
    );
  }
  const frame = Buffer.allocUnsafe(FRAME_LENGTH_SIZE + length);
  frame.writeUInt32BE(length, 0);
  frame.writeUInt8(type, FRAME_LENGTH_SIZE);
  frame.set(payload, HEADER_SIZE);
  return frame;
}
