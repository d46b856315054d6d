/** What ends an exchange before its time: the caller's signal, the answer's end, silence. */
export interface Stopper {
  readonly signal: AbortSignal;
  /** Ends the exchange this many ms from now, in place of an earlier call; undefined cancels that. */
  after(ms: number | undefined): void;
  /** The headers or bytes of the body came. */
  bytes(): void;
  /** The answer is not read for now: until the next event its silence is the reader's. */
  rest(): void;
  /** Whether silence ended it. */
  stalled(): boolean;
  release(): void;
}

/** A signal that the caller's own aborts, a timer once the answer is over, and silence of `idleMs` before. */
export function stopper(signal: AbortSignal | undefined, idleMs: number): Stopper {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  let timer: NodeJS.Timeout | undefined;
  let idleTimer: NodeJS.Timeout | undefined;
  let stalled = false;
  let released = false;
  const stall = (): void => {
    stalled = true;
    controller.abort();
  };
  return {
    signal: controller.signal,
    after(ms): void {
      clearTimeout(timer);
      timer = ms === undefined || released ? undefined : setTimeout(() => controller.abort(), ms);
    },
    bytes(): void {
      if (idleMs === 0 || released) return;
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
