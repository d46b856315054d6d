/** Ends an exchange early: on the caller's signal, after the answer's end, or on silence. */
export interface Stopper {
  readonly signal: AbortSignal;
  /** Ends the exchange this many ms from now. Replaces an earlier call; undefined only cancels it. */
  after(ms: number | undefined): void;
  /** The headers or bytes of the body arrived: restarts the idle timer. */
  bytes(): void;
  /** The reader pauses: stops the idle timer until `bytes` is called, since the silence is not the provider's. */
  rest(): void;
  /** Whether silence ended the exchange. */
  stalled(): boolean;
  release(): void;
}

/**
 * Creates a stopper. After a stop of this process, timers run before sockets are read: what came meanwhile is read before a
 * limit counts as passed.
 * @param idleMs how long the provider may be silent; 0 = without limit
 */
export function stopper(signal: AbortSignal | undefined, idleMs: number): Stopper {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  let timer: NodeJS.Timeout | undefined;
  let idleTimer: NodeJS.Timeout | undefined;
  /** How often bytes arrived. */
  let heard = 0;
  let stalled = false;
  let released = false;
  const stall = (): void => {
    const before = heard;
    setImmediate(() => {
      if (heard !== before || idleTimer === undefined || released) return;
      stalled = true;
      controller.abort();
    });
  };
  return {
    signal: controller.signal,
    after(ms): void {
      clearTimeout(timer);
      if (ms === undefined || released) timer = undefined;
      else {
        const own = setTimeout(
          () => setImmediate(() => own === timer && !released && controller.abort()),
          ms,
        );
        timer = own;
      }
    },
    bytes(): void {
      if (idleMs === 0 || released) return;
      heard += 1;
      if (idleTimer === undefined) idleTimer = setTimeout(stall, idleMs);
      else idleTimer.refresh();
    },
    rest(): void {
      clearTimeout(idleTimer);
      idleTimer = undefined;
    },
    stalled: () => stalled,
    release(): void {
      released = true;
      clearTimeout(timer);
      clearTimeout(idleTimer);
      signal?.removeEventListener('abort', onAbort);
    },
  };
}
