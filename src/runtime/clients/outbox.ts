import type { Socket } from 'node:net';
import type { Outlet } from './answer.js';

export interface Outbox extends Outlet {
  /** Flushes the queued frames to the socket now, e.g. before the connection ends. */
  flush(): void;
}

export interface OutboxOptions {
  /** Whether many exchanges use the connection. */
  crowded(): boolean;
  /** It was congested, and has room again. */
  onRoom(): void;
  /** The client has left more than `mostUnread` bytes unread. */
  onUnread(bytes: number): void;
  mostUnread?: number;
}

/** Most bytes that wait for a client to read them: each single answer ends far below. */
const MOST_UNREAD_BYTES = 256 * 1024 * 1024;

/** Queued frames are flushed at this number, also in the middle of an event-loop turn. */
const MOST_DEFERRED = 64;

/**
 * Writes frames to a client's socket in batches. With many streams, one write at the end of the event-loop turn
 * has the frames of all reads: a write costs more than all other work for a token. With few streams, the frames
 * of one read are written at once: more is unlikely to come in the same turn, and waiting for its end costs time.
 */
export function createOutbox(socket: Socket, options: OutboxOptions): Outbox {
  const { crowded, onRoom, onUnread, mostUnread = MOST_UNREAD_BYTES } = options;
  let frames: Buffer[] = [];
  let queued = 0;
  let deferred: Array<() => void> = [];
  let scheduled = false;

  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    if (crowded()) setImmediate(endTurn);
    else process.nextTick(endTurn);
  };
  const endTurn = (): void => {
    try {
      flush();
    } finally {
      // The deferred work runs first, so that its frames are part of this write.
      scheduled = false;
    }
  };
  const flush = (): void => {
    const works = deferred;
    deferred = [];
    for (const work of works) work();
    const [first] = frames;
    if (first === undefined) return;
    const bytes = frames.length === 1 ? first : Buffer.concat(frames);
    const full = queued >= socket.writableHighWaterMark;
    frames = [];
    queued = 0;
    if (socket.writable) socket.write(bytes);
    // The system may have taken all of it: then no `drain` follows.
    if (full && !socket.writableNeedDrain) setImmediate(onRoom);
  };
  socket.on('drain', onRoom);

  return {
    flush,
    send(frame) {
      frames.push(frame);
      queued += frame.length;
      schedule();
      const unread = queued + socket.writableLength;
      if (unread > mostUnread) onUnread(unread);
    },
    defer(work) {
      deferred.push(work);
      if (deferred.length < MOST_DEFERRED) schedule();
      else flush();
    },
    get congested() {
      return socket.writableNeedDrain || queued >= socket.writableHighWaterMark;
    },
  };
}
