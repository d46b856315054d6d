import type { Socket } from 'node:net';
import type { Outlet } from './answer.js';

export interface Outbox extends Outlet {
  /** Hands what was sent to the socket now, e.g. before its end. */
  flush(): void;
}

/** So many streams' pieces at most wait for the end of a turn that reads many providers. */
const MOST_DEFERRED = 64;

/**
 * Writes frames to a client's socket, and joins them. A crowd's go out in one write when all that was there to be
 * read in a turn of the event loop has been: a write costs more than all else that is done for a token. Of a few, those
 * of one read do, as nothing more is likely to come in the turn, and waiting for its end costs as well.
 * @param crowded Whether many exchanges use the connection now.
 */
export function createOutbox(socket: Socket, crowded: () => boolean): Outbox {
  let frames: Buffer[] = [];
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
      // Not before: what the deferred work sends goes out with the rest, and needs no turn of its own.
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
