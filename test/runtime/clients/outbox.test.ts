import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOutbox } from '../../../src/runtime/clients/outbox.js';

const server = createServer((accepted) => accepted.resume());
let socket: Socket;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  socket = connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1');
  await once(socket, 'connect');
});
afterAll(() => {
  socket.destroy();
  server.close();
});

const ALONE = { crowded: () => false, onRoom() {}, onUnread() {} };
const CROWDED = { ...ALONE, crowded: () => true };
const FRAME = Buffer.from('frame');
/** How many bytes have been written to the socket since `before`. */
const since = (before: number): number => socket.bytesWritten - before;

describe('an outbox', () => {
  test('holds the frames of one read until the read has been handled', async () => {
    const outbox = createOutbox(socket, ALONE);
    const before = socket.bytesWritten;
    outbox.send(FRAME);
    outbox.defer(() => outbox.send(FRAME));
    expect(since(before)).toBe(0);
    await new Promise<void>((resolve) => process.nextTick(resolve));
    expect(since(before)).toBe(2 * FRAME.length);
  });

  test('with many streams, holds frames until all reads of the turn have been handled', async () => {
    const outbox = createOutbox(socket, CROWDED);
    const before = socket.bytesWritten;
    const kept: number[] = [];
    outbox.send(FRAME);
    outbox.defer(() => outbox.send(FRAME));
    // Frames from another read in the same turn.
    process.nextTick(() => {
      kept.push(since(before));
      outbox.send(FRAME);
    });
    await Promise.resolve();
    kept.push(since(before));
    await nextTurn();
    expect(kept).toEqual([0, 0]);
    expect(since(before)).toBe(3 * FRAME.length);
  });

  test('is congested by the frames of one turn, and reports when too many bytes stay unread', async () => {
    const unread: number[] = [];
    const most = 4 * socket.writableHighWaterMark;
    const room = Promise.withResolvers<void>();
    const outbox = createOutbox(socket, {
      ...ALONE,
      onRoom: room.resolve,
      onUnread: (bytes) => void unread.push(bytes),
      mostUnread: most,
    });
    const half = Buffer.alloc(socket.writableHighWaterMark / 2);
    outbox.send(half);
    expect(outbox.congested).toBe(false);
    outbox.send(half);
    expect([outbox.congested, unread]).toEqual([true, []]);
    for (let frame = 3; frame <= 9; frame += 1) outbox.send(half);
    expect(unread).toEqual([9 * half.length]);
    await room.promise;
    expect(outbox.congested).toBe(false);
  });

  test('does not wait for the end of a turn with very many frames', () => {
    const outbox = createOutbox(socket, CROWDED);
    const before = socket.bytesWritten;
    let deferred = 0;
    while (since(before) === 0 && deferred < 1000) {
      outbox.defer(() => outbox.send(FRAME));
      deferred += 1;
    }
    expect(since(before)).toBe(deferred * FRAME.length);
    expect(deferred).toBeLessThan(100);
  });
});
