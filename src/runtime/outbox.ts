import type { Socket } from 'node:net';
import type { Outlet } from './answer.js';

/**
 * Writes frames to a client's socket. Frames of one turn of the event loop go out in one system call, at
 * the turn's end; none waits longer.
 */
export function createOutbox(socket: Socket): Outlet {
  let corked = false;
  const flush = (): void => {
    corked = false;
    socket.uncork();
  };
  return {
    send(frame) {
      if (!socket.writable) return;
      if (!corked) {
        corked = true;
        socket.cork();
        process.nextTick(flush);
      }
      socket.write(frame);
    },
    get congested() {
      return socket.writableNeedDrain;
    },
  };
}
