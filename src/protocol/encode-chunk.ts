import { MessageType } from './constants.js';
import type { StreamChunk } from './messages.js';

// Every token is sent in a StreamChunk, so this message is written into a fixed layout, without a builder. A table with
// all four fields always has the same layout, with the payload last.
const CHUNK = {
  requestId: 24,
  sequence: 32,
  offsetUs: 40,
  payloadOffset: 48,
  payloadLength: 52,
  payload: 56,
} as const;
const FRAME_HEADER = 5;

const chunkTemplate = ((): Buffer => {
  const table = 20;
  const vtable = 4;
  const bytes = Buffer.alloc(FRAME_HEADER + CHUNK.payload);
  bytes.writeUInt8(MessageType.StreamChunk, 4);
  const body = bytes.subarray(FRAME_HEADER);
  body.writeUInt32LE(table, 0);
  const offsets = [CHUNK.requestId, CHUNK.sequence, CHUNK.offsetUs, CHUNK.payloadOffset];
  body.writeUInt16LE(4 + 2 * offsets.length, vtable);
  body.writeUInt16LE(CHUNK.payloadLength - table, vtable + 2);
  for (const [index, at] of offsets.entries()) body.writeUInt16LE(at - table, vtable + 4 + 2 * index);
  body.writeInt32LE(table - vtable, table);
  body.writeUInt32LE(CHUNK.payloadLength - CHUNK.payloadOffset, CHUNK.payloadOffset);
  return bytes;
})();

/** Encodes one StreamChunk frame. The payload and 57 further bytes must fit in a frame. */
export function encodeStreamChunk(chunk: StreamChunk): Buffer {
  const size = chunk.payload.length;
  const frame = Buffer.allocUnsafe(FRAME_HEADER + CHUNK.payload + size);
  frame.set(chunkTemplate);
  frame.writeUInt32BE(1 + CHUNK.payload + size, 0);
  frame.writeBigUInt64LE(chunk.requestId, FRAME_HEADER + CHUNK.requestId);
  writeUint64(frame, chunk.sequence, FRAME_HEADER + CHUNK.sequence);
  writeUint64(frame, chunk.offsetUs, FRAME_HEADER + CHUNK.offsetUs);
  frame.writeUInt32LE(size, FRAME_HEADER + CHUNK.payloadLength);
  frame.set(chunk.payload, FRAME_HEADER + CHUNK.payload);
  return frame;
}

function writeUint64(frame: Buffer, value: number, at: number): void {
  frame.writeUInt32LE(value % 0x1_0000_0000, at);
  frame.writeUInt32LE(Math.floor(value / 0x1_0000_0000), at + 4);
}
