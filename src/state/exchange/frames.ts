import type { Clock } from '../ports.js';

/** At most this often what arrives is shown: 20 times a second, which reads as calmly as more. */
export const FRAME_MS = 50;
/** The same where nothing is to move that need not: text comes in pieces of a line or more. */
export const CALM_FRAME_MS = 500;

/** The one timer of the interface. It runs only while something arrives or moves. */
export interface Frames {
  /** Content arrived: draw a frame soon, or at once when the last one is long enough ago. */
  request(): void;
  /** A frame at once. */
  requestNow(): void;
  /** The state has changed: have the frame at which it next changes by itself. */
  arm(): void;
  stop(): void;
}

export interface FrameOptions {
  onFrame: () => void;
  /** In how many ms something on the screen changes by itself; undefined when all stands still. */
  nextMs: () => number | undefined;
  /** The least time between two frames with what arrives, in ms [FRAME_MS]. */
  frameMs?: () => number;
}

export function createFrames(
  clock: Clock,
  { onFrame, nextMs, frameMs = () => FRAME_MS }: FrameOptions,
): Frames {
  let pending: { atMs: number; cancel: () => void } | undefined;
  let lastMs = Number.NEGATIVE_INFINITY;
  let stopped = false;

  const schedule = (atMs: number): void => {
    if (stopped || (pending !== undefined && pending.atMs <= atMs)) return;
    pending?.cancel();
    pending = { atMs, cancel: clock.after(Math.max(0, atMs - clock.now()), run) };
  };
  const run = (): void => {
    pending = undefined;
    lastMs = clock.now();
    onFrame();
    arm();
  };
  const arm = (): void => {
    const next = nextMs();
    if (next !== undefined) schedule(clock.now() + Math.max(FRAME_MS, next));
  };

  return {
    request: () => schedule(Math.max(clock.now(), lastMs + frameMs())),
    requestNow: () => schedule(clock.now()),
    arm,
    stop() {
      stopped = true;
      pending?.cancel();
      pending = undefined;
    },
  };
}

/** This machine's time. A delay of 0 waits for what arrives together, not for a timer. */
export const systemClock: Clock = {
  now: () => performance.now(),
  unixMs: () => Date.now(),
  after(delayMs, callback) {
    if (delayMs <= 0) {
      const soon = setImmediate(callback);
      return () => clearImmediate(soon);
    }
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
