import type { Frame } from '../chat/reply.js';
import type { Clock } from './clock.js';

/** Sends the due frames, at least one. Returns a promise when the next frames have to wait for the reader. */
export type Send = (due: readonly Frame[]) => Promise<unknown> | undefined;

/** The most frames in one write. */
const MOST_AT_ONCE = 64;

/**
 * Passes frames to `send` when they are due. Due times are relative to the start, so a late timer does not delay later
 * frames: all due frames are sent together. Each frame is created when the one before it is due. Rejects when
 * `signal` is aborted.
 */
export function pace(
  frames: Iterable<Frame>,
  startMs: number,
  clock: Clock,
  signal: AbortSignal,
  send: Send,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const source = frames[Symbol.iterator]();
    let next = source.next();
    let callOff = (): void => {};
    const end = (settle: () => void): void => {
      callOff();
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    const fail = (reason: unknown): void => end(() => reject(reason));
    const onAbort = (): void => fail(signal.reason);

    const takeDue = (): Frame[] => {
      const due: Frame[] = [];
      while (!next.done && due.length < MOST_AT_ONCE && startMs + next.value.atMs <= clock.now()) {
        due.push(next.value);
        const alone = next.value.alone;
        next = source.next();
        if (alone || (!next.done && next.value.alone)) break;
      }
      return due;
    };
    /** Sends all due frames. Returns a promise when the reader is slow. */
    const sendDue = (): Promise<unknown> | undefined => {
      for (let due = takeDue(); due.length > 0; due = takeDue()) {
        const blocked = send(due);
        if (blocked !== undefined) return blocked;
      }
      return undefined;
    };
    const step = (): void => {
      if (signal.aborted) return;
      try {
        const blocked = sendDue();
        if (blocked !== undefined) blocked.then(step, fail);
        else if (next.done) end(resolve);
        else callOff = clock.alarm(startMs + next.value.atMs, step);
      } catch (error) {
        fail(error);
      }
    };

    if (signal.aborted) {
      fail(signal.reason);
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    step();
  });
}

/** Resolves at `dueMs`, or at once when that is past. Rejects when `signal` is aborted. */
export function until(dueMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return pace([{ atMs: dueMs, tokens: 0, bytes: () => '' }], 0, clock, signal, () => undefined);
}
