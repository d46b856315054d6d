import fc from 'fast-check';
import { ByteBuffer } from 'flatbuffers';
import { expect, test } from 'vitest';
import { ErrorClass, FailureCode } from '../../src/common/errors.js';
import { MessageType, PROTOCOL_CONSTANTS } from '../../src/protocol/constants.js';
import * as Generated from '../../src/protocol/generated/ipc.js';
import type { StreamChunk } from '../../src/protocol/messages.js';
import { encodeMessage } from '../support/protocol/encode-message.js';
import { anyMessage } from '../support/protocol/messages.js';
import { messagesIn } from '../support/protocol/recordings.js';

test('every message is decoded as it was encoded', () => {
  fc.assert(
    fc.property(anyMessage, (message) => {
      expect(messagesIn(encodeMessage(message))).toEqual([message]);
    }),
    { numRuns: 1000 },
  );
});

test("errors have the schema's numbers", () => {
  expect(ErrorClass).toEqual(Generated.ErrorClass);
  expect({ ...FailureCode, None: 0, 0: 'None' }).toEqual(Generated.FailureCode);
});

test('ids above 2^53 stay exact', () => {
  for (const requestId of [2n ** 53n + 1n, 1_795_360_012_014_123_457n, 2n ** 63n, 2n ** 64n - 1n]) {
    const frame = encodeMessage({ type: MessageType.Cancel, requestId });
    expect(messagesIn(frame)).toEqual([{ type: MessageType.Cancel, requestId }]);
  }
});

test('the generated reader reads a chunk, which is encoded by hand, correctly', () => {
  const chunks = anyMessage.filter(
    (message): message is StreamChunk => message.type === MessageType.StreamChunk,
  );
  fc.assert(
    fc.property(chunks, (chunk) => {
      const payload = new Uint8Array(encodeMessage(chunk).subarray(5));
      const read = Generated.StreamChunk.getRootAsStreamChunk(new ByteBuffer(payload));
      expect(read.requestId()).toBe(chunk.requestId);
      expect(read.sequence()).toBe(BigInt(chunk.sequence));
      expect(read.offsetUs()).toBe(BigInt(chunk.offsetUs));
      expect(read.payloadArray()).toEqual(chunk.payload);
      // Aligned as FlatBuffers requires, so that readers in other languages can map it.
      expect(read.bb_pos % 4).toBe(0);
    }),
  );
});

test('the error for a message that is too large for a frame names the limit', () => {
  const { MAX_PAYLOAD_SIZE } = PROTOCOL_CONSTANTS;
  const response = {
    type: MessageType.ExecuteResponse as const,
    requestId: 1n,
    errorClass: 0,
    errorMessage: '',
    durationUs: 0,
  };
  expect(() => encodeMessage({ ...response, payload: new Uint8Array(MAX_PAYLOAD_SIZE) })).toThrow(
    `over the frame limit of ${MAX_PAYLOAD_SIZE}`,
  );
  expect(
    encodeMessage({ ...response, payload: new Uint8Array(MAX_PAYLOAD_SIZE - 1000) }).length,
  ).toBeGreaterThan(MAX_PAYLOAD_SIZE - 1000);
});
