import type { Socket } from 'node:net';
import type { Outlet } from './answer.js';

export interface Outbox extends Outlet {
  /** Hands what was sent to the socket now, e.g. before its end. */
  flush(): void;
}

/**
 * Writes frames to a client's socket. Frames of one turn of the event loop go out in one write, at the
 * turn's end; none waits longer.
 */
export function createOutbox(socket: Socket): Outbox {
  let frames: Buffer[] = [];
  let deferred: Array<() => void> = [];
  let scheduled = false;

  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    process.nextTick(flush);
  };
  const flush = (): void => {
    scheduled = false;
    const works = deferred;
    deferred = [];
    for (const work of works) work();
    const [first] = frames;
    if (first === undefined) return;
    const bytes = frames.length === 1 ? first : Buffer.concat(frames);
    frames = [];
    if (socket.writable) socket.write(bytes);
  };

  return {
    flush,
    send(frame) {
      frames.push(frame);
      schedule();
    },
    defer(work) {
      deferred.push(work);
      schedule();
    },
    get congested() {
      return socket.writableNeedDrain;
    },
  };
}
