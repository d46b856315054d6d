import type { Socket } from 'node:net';
import type { Outlet } from './answer.js';

export interface Outbox extends Outlet {
  /** Hands what was sent to the socket now, e.g. before its end. */
  flush(): void;
}

/** So many streams' pieces at most wait for the end of a turn that reads many providers. */
const MOST_DEFERRED = 64;

/**
 * Writes frames to a client's socket. Frames of one turn of the event loop go out in one write, right after what was
 * there to be read has been; none waits longer. A write costs more than all else that is done for a token.
 */
export function createOutbox(socket: Socket): Outbox {
  let frames: Buffer[] = [];
  let deferred: Array<() => void> = [];
  let scheduled = false;

  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(endTurn);
  };
  const endTurn = (): void => {
    scheduled = false;
    flush();
  };
  const flush = (): void => {
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
      if (deferred.length < MOST_DEFERRED) schedule();
      else flush();
    },
    get congested() {
      return socket.writableNeedDrain;
    },
  };
}
