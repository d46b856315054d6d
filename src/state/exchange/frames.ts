import { after } from '../../common/time/after.js';
import type { Clock } from '../ports.js';

/** The shortest time between two frames with new output: 20 frames a second are smooth enough to read. */
export const FRAME_MS = 50;
/** The same with reduced motion: text then appears in pieces of about a line. */
export const CALM_FRAME_MS = 500;

/** The interface's only timer. It runs only while output arrives or something on the screen moves. */
export interface Frames {
  /**
   * Requests a frame for new content. It is drawn at once if the last frame is old enough, else at the end of the
   * interval.
   */
  request(): void;
  /** Requests a frame that is drawn without waiting for the interval. */
  requestNow(): void;
  /** Schedules the frame at which the screen next changes by itself. Call it after each change of the state. */
  arm(): void;
  stop(): void;
}

export interface FrameOptions {
  onFrame: () => void;
  /** The ms until the screen changes by itself; undefined when nothing on it moves. */
  nextMs: () => number | undefined;
  /** The shortest time between two frames with new output, in ms [FRAME_MS]. */
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

/**
 * Returns this machine's clock. A delay of 0 ends with the event-loop turn, so that simultaneous arrivals share a
 * frame.
 */
export const systemClock: Clock = {
  now: () => performance.now(),
  unixMs: () => Date.now(),
  after(delayMs, callback) {
    if (delayMs <= 0) {
      const soon = setImmediate(callback);
      return () => clearImmediate(soon);
    }
    return after(delayMs, callback);
  },
};
