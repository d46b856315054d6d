import fc from 'fast-check';
import { Builder } from 'flatbuffers';
import { describe, expect, test } from 'vitest';
import { ErrorClass } from '../../src/common/errors.js';
import { MessageType } from '../../src/protocol/constants.js';
import { decodeMessage } from '../../src/protocol/decode.js';
import { ProtocolError } from '../../src/protocol/frame.js';
import { HealthCheckResponse, KeyValue, StreamStart } from '../../src/protocol/generated/ipc.js';
import type { Message } from '../../src/protocol/messages.js';
import { encodeMessage } from '../support/protocol/encode-message.js';
import { anyMessage } from '../support/protocol/messages.js';

const SECRET = 'never to be read';

/** Places the payload in a larger buffer, whose other bytes must not be read. */
const amongOthers = (payload: Uint8Array): Uint8Array => {
  const padding = Buffer.from(SECRET.repeat(64));
  return Buffer.concat([padding, payload, padding]).subarray(padding.length, padding.length + payload.length);
};

/** Decodes a message. Fails the test for any error except a ProtocolError that is recoverable. */
const decode = (type: number, payload: Uint8Array): Message | undefined => {
  try {
    return decodeMessage(type, payload);
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ recoverable: true });
    return undefined;
  }
};

const textsOf = (message: Message | undefined): string =>
  JSON.stringify(message, (_key, value) => {
    if (typeof value === 'bigint') return String(value);
    return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value;
  }) ?? '';

test('an unknown error class is a permanent failure', () => {
  const message: Message = {
    type: MessageType.StreamEnd,
    requestId: 1n,
    // Safe cast: a newer daemon may send any number.
    errorClass: 9 as ErrorClass,
    errorMessage: 'no',
    durationUs: 0,
    cancelled: false,
    bytes: 0,
    timings: { reused: false, attempts: 1 },
  };
  const read = decode(MessageType.StreamEnd, encodeMessage(message).subarray(5));
  expect(read).toMatchObject({ errorClass: ErrorClass.Permanent, errorMessage: 'no' });
});

describe('bytes that are not a message', () => {
  const mutations = fc.array(
    fc.record({ at: fc.nat(2000), value: fc.oneof(fc.constantFrom(0, 1, 4, 0x7f, 0x80, 0xff), fc.nat(255)) }),
    { minLength: 1, maxLength: 6 },
  );

  test('a message with a changed byte is read or refused, and no other bytes are read', () => {
    let refused = 0;
    fc.assert(
      fc.property(anyMessage, mutations, (message, changes) => {
        const payload = Buffer.from(encodeMessage(message).subarray(5));
        for (const { at, value } of changes) if (payload.length > 0) payload[at % payload.length] = value;
        const read = decode(message.type, amongOthers(payload));
        if (read === undefined) refused += 1;
        expect(textsOf(read)).not.toContain(SECRET);
      }),
      { numRuns: 3000 },
    );
    expect(refused).toBeGreaterThan(300);
  });

  test('a truncated message is read or refused', () => {
    fc.assert(
      fc.property(anyMessage, fc.double({ min: 0, max: 1, noNaN: true }), (message, share) => {
        const payload = encodeMessage(message).subarray(5);
        const read = decode(
          message.type,
          amongOthers(payload.subarray(0, Math.floor(payload.length * share))),
        );
        expect(textsOf(read)).not.toContain(SECRET);
      }),
      { numRuns: 2000 },
    );
  });

  test('random bytes of any type are read or refused', () => {
    fc.assert(
      fc.property(fc.nat(12), fc.uint8Array({ maxLength: 120 }), (type, payload) => {
        expect(textsOf(decode(type, amongOthers(payload)))).not.toContain(SECRET);
      }),
      { numRuns: 3000 },
    );
  });

  test('a type that does not exist is refused, and the next frame can still be read', () => {
    expect(() => decodeMessage(10, new Uint8Array(8))).toThrow('unknown frame type 10');
    expect(decode(255, new Uint8Array(8))).toBeUndefined();
  });
});

describe('a message that decodes to far more than its size', () => {
  const payloadOf = (builder: Builder, root: number): Uint8Array => {
    builder.finish(root);
    return builder.asUint8Array();
  };

  test('many offsets to one long string are refused', () => {
    const builder = new Builder(1024);
    const long = builder.createString('x'.repeat(100_000));
    const capabilities = HealthCheckResponse.createCapabilitiesVector(builder, Array(10_000).fill(long));
    HealthCheckResponse.startHealthCheckResponse(builder);
    HealthCheckResponse.addCapabilities(builder, capabilities);
    const payload = payloadOf(builder, HealthCheckResponse.endHealthCheckResponse(builder));
    // 140 KB that would decode to 1 GB.
    expect(payload.length).toBeLessThan(150_000);
    expect(() => decodeMessage(MessageType.HealthResponse, payload)).toThrow(ProtocolError);
  });

  test('many offsets to one table are refused', () => {
    const builder = new Builder(1024);
    const value = builder.createString('x'.repeat(50_000));
    const pair = KeyValue.createKeyValue(builder, builder.createString('name'), value);
    const headers = StreamStart.createHeadersVector(builder, Array(10_000).fill(pair));
    StreamStart.startStreamStart(builder);
    StreamStart.addHeaders(builder, headers);
    const payload = payloadOf(builder, StreamStart.endStreamStart(builder));
    expect(() => decodeMessage(MessageType.StreamStart, payload)).toThrow(ProtocolError);
  });

  test('a string that is used twice is accepted, because builders may share strings', () => {
    const builder = new Builder(1024);
    const shared = builder.createString('shared');
    const pair = KeyValue.createKeyValue(builder, shared, shared);
    const headers = StreamStart.createHeadersVector(builder, [pair]);
    StreamStart.startStreamStart(builder);
    StreamStart.addHeaders(builder, headers);
    const payload = payloadOf(builder, StreamStart.endStreamStart(builder));
    expect(decodeMessage(MessageType.StreamStart, payload)).toMatchObject({
      headers: [['shared', 'shared']],
    });
  });
});

test('the error for a request without a required field names the field', () => {
  const builder = new Builder(64);
  builder.startObject(9);
  builder.addFieldInt64(0, 7n, 0n);
  builder.finish(builder.endObject());
  expect(() => decodeMessage(MessageType.ExecuteRequest, builder.asUint8Array())).toThrow(
    'required field tenant_id is missing',
  );
});
