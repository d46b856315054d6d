import type { Socket } from 'node:net';
import type { Outlet } from './answer.js';

export interface Outbox extends Outlet {
  /** Flushes the queued frames to the socket now, e.g. before the connection ends. */
  flush(): void;
}

export interface OutboxOptions {
  /** Whether many exchanges use the connection. */
  crowded(): boolean;
  /** Called when a congested socket has room again. */
  onRoom(): void;
  /** Called when more than `mostUnread` bytes wait for the client to read them. */
  onUnread(bytes: number): void;
  mostUnread?: number;
}

/** The most bytes that may wait for a client to read them. One answer alone stays far below this. */
const MOST_UNREAD_BYTES = 256 * 1024 * 1024;

/** When this much work is deferred, it runs and its frames are written, even in the middle of an event-loop turn. */
const MOST_DEFERRED = 64;

/**
 * Writes frames to a client's socket in batches, because a write costs more than all other work for a token.
 * With many streams, it writes the frames of all reads together at the end of the event-loop turn. With few streams, it
 * writes the frames of each read at once: more frames are unlikely in the same turn, and waiting would add latency.
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
    // When the system has accepted all bytes at once, no `drain` event follows.
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
