import { Builder } from 'flatbuffers';
import type { MessageType } from './constants.js';
import { encodeFrame } from './frame.js';
import { KeyValue } from './generated/ipc/key-value.js';
import type { HeaderList } from './messages.js';

export type Offset = number;

/** A larger builder is not kept for the next message, so that one large message does not occupy memory permanently. */
const BUILDER_KEPT_BYTES = 64 * 1024;
let shared = new Builder(1024);

/** About the number of bytes that a message needs besides its payload. */
const BESIDE_PAYLOAD_BYTES = 1024;

/** Returns a builder for one message. Copy its bytes before you build the next one. */
function emptyBuilder(payloadBytes: number): Builder {
  const bytes = payloadBytes + BESIDE_PAYLOAD_BYTES;
  // A builder that grows to this size would copy its bytes several times.
  if (bytes > BUILDER_KEPT_BYTES) return new Builder(bytes);
  if (shared.dataBuffer().capacity() > BUILDER_KEPT_BYTES) shared = new Builder(1024);
  shared.clear();
  return shared;
}

/**
 * Returns a message's frame.
 * @param write writes the message's table
 * @throws {RangeError} when the message does not fit in a frame (10 MiB).
 */
export function encodeTable(
  type: MessageType,
  payloadBytes: number,
  write: (builder: Builder) => Offset,
): Buffer {
  const builder = emptyBuilder(payloadBytes);
  builder.finish(write(builder));
  return encodeFrame(type, builder.asUint8Array());
}

/** Writes headers as a vector of KeyValue tables. @param create the schema's function for that vector */
export function headerVector(
  builder: Builder,
  headers: HeaderList,
  create: (builder: Builder, offsets: Offset[]) => Offset,
): Offset {
  const pairs = headers.map(([name, value]) => {
    const key = builder.createString(name);
    return KeyValue.createKeyValue(builder, key, builder.createString(value));
  });
  return create(builder, pairs);
}
