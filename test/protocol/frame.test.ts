import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MessageType, PROTOCOL_CONSTANTS } from '../../src/protocol/constants.js';
import { createFrameReader, encodeFrame, ProtocolError } from '../../src/protocol/frame.js';

interface Frame {
  type: number;
  payload: Uint8Array;
}

const read = (pieces: readonly Uint8Array[], maxLength?: number): Frame[] => {
  const frames: Frame[] = [];
  const reader = createFrameReader((type, payload) => frames.push({ type, payload }), maxLength);
  for (const piece of pieces) reader.feed(piece);
  return frames;
};

const thrown = (action: () => unknown): unknown => {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

const frames = fc.array(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.uint8Array({ maxLength: 300 })), {
  minLength: 1,
  maxLength: 6,
});

test('frames are the same for every split of the bytes', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.nat(2000), { maxLength: 12 }), (list, cuts) => {
      const bytes = Buffer.concat(list.map(([type, payload]) => encodeFrame(type, payload)));
      const at = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      const expected = list.map(([type, payload]) => ({ type, payload }));
      expect(read(pieces)).toEqual(expected);
      expect(read(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(expected);
    }),
  );
});

test('a frame without payload is read', () => {
  expect(read([encodeFrame(MessageType.HealthCheck, new Uint8Array(0))])).toEqual([
    { type: MessageType.HealthCheck, payload: new Uint8Array(0) },
  ]);
});

test('each payload has a separate ArrayBuffer', () => {
  const bytes = Buffer.concat([
    encodeFrame(MessageType.StreamChunk, Buffer.from('one')),
    encodeFrame(MessageType.StreamChunk, Buffer.from('two')),
  ]);
  for (const { payload } of read([bytes])) expect(payload.buffer.byteLength).toBe(payload.length);
});

describe('an invalid length', () => {
  const header = (length: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(length);
    return bytes;
  };

  test.each([0, PROTOCOL_CONSTANTS.MAX_PAYLOAD_SIZE + 1, 0xffff_ffff])(
    '%i is an error at once, and the reader is out of step',
    (length) => {
      const error = thrown(() => read([header(length)]));
      expect(error).toBeInstanceOf(ProtocolError);
      expect(error).toMatchObject({ recoverable: false });
    },
  );

  test('is an error at its fourth byte when the bytes arrive one at a time', () => {
    const reader = createFrameReader(() => {});
    for (const byte of [0xff, 0xff, 0xff]) reader.feed(Uint8Array.of(byte));
    expect(() => reader.feed(Uint8Array.of(0xff))).toThrow('over the limit');
  });

  test('the longest frame is accepted', () => {
    const length = 64;
    const frame = encodeFrame(MessageType.StreamChunk, new Uint8Array(length - 1));
    expect(read([frame], length)).toHaveLength(1);
    expect(() => read([frame], length - 1)).toThrow('over the limit of 63');
  });
});

test('the reader knows whether it is in the middle of a frame', () => {
  const reader = createFrameReader(() => {});
  const frame = encodeFrame(MessageType.StreamChunk, Buffer.from('abc'));
  expect(reader.midFrame).toBe(false);
  reader.feed(frame.subarray(0, 1));
  expect(reader.midFrame).toBe(true);
  reader.feed(frame.subarray(1, frame.length - 1));
  expect(reader.midFrame).toBe(true);
  reader.feed(frame.subarray(frame.length - 1));
  expect(reader.midFrame).toBe(false);
});

test('the cost of a frame of 10 MiB in small pieces is linear', () => {
  const costOf = (size: number): number => {
    const frame = encodeFrame(MessageType.StreamChunk, new Uint8Array(size));
    const started = process.cpuUsage();
    const reader = createFrameReader(() => {});
    for (let at = 0; at < frame.length; at += 1460) reader.feed(frame.subarray(at, at + 1460));
    const { user, system } = process.cpuUsage(started);
    return user + system;
  };
  costOf(1_000_000); // warm
  // Copying all earlier bytes for each piece would copy 3.6 GB, which takes seconds.
  expect(costOf(10_000_000) / 1000).toBeLessThan(500);
});
