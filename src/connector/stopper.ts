import { type LimitTimer, startLimit } from '../common/time/limit-timer.js';

/** Ends an exchange early: on the caller's signal, after the answer's end, or on silence. */
export interface Stopper {
  readonly signal: AbortSignal;
  /** Ends the exchange this many ms from now. Replaces an earlier call; undefined only cancels it. */
  after(ms: number | undefined): void;
  /** The headers or bytes of the body arrived: restarts the idle timer. */
  bytes(): void;
  /** The reader pauses: stops the idle timer until `bytes` is called, since the silence is not the provider's. */
  rest(): void;
  /** Sets how long the provider may be silent from now on, if that is less than before. Undefined sets the first limit. */
  limit(ms: number | undefined): void;
  /** Whether silence ended the exchange. */
  stalled(): boolean;
  release(): void;
}

/**
 * Creates a stopper.
 * @param idleMs how long the provider may be silent; 0 = without limit
 */
export function stopper(signal: AbortSignal | undefined, idleMs: number): Stopper {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  let end: LimitTimer | undefined;
  let idle: LimitTimer | undefined;
  let stalled = false;
  let limitMs = idleMs;
  let released = false;
  const stall = (): void => {
    stalled = true;
    controller.abort();
  };
  return {
    signal: controller.signal,
    after(ms): void {
      end?.clear();
      end = ms === undefined || released ? undefined : startLimit(ms, () => controller.abort());
    },
    bytes(): void {
      if (limitMs === 0 || released) return;
      if (idle === undefined) idle = startLimit(limitMs, stall);
      else idle.refresh();
    },
    rest(): void {
      idle?.clear();
      idle = undefined;
    },
    limit(ms): void {
      limitMs = ms === undefined ? idleMs : Math.min(ms, idleMs || ms);
      idle?.clear();
      idle = undefined;
    },
    stalled: () => stalled,
    release(): void {
      released = true;
      end?.clear();
      idle?.clear();
      signal?.removeEventListener('abort', onAbort);
    },
  };
}
