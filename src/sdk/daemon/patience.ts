import { ConnectorException, ErrorClass } from '../../common/errors.js';

/**
 * How long after a limit the client goes on waiting, in ms: the daemon's own word on it tells where the
 * time went. One that keeps no limits is left then.
 */
const GRACE_MS = 100;
const ANSWER_SETTINGS = 'answerMs (answer_ms, --answer-timeout)';
/** The longest time a timer can be set to. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface PatienceOptions {
  /** The request's, for errors. */
  id: number;
  /** Until `answering`, or the end where that is not called, in ms. */
  timeoutMs: number;
  /** What does not come in time where `timeoutMs` passes. */
  awaited: 'complete answer' | 'response headers';
  /** For the whole answer, in ms [no limit]. */
  answerMs?: number | undefined;
  /** The caller's own. */
  signal?: AbortSignal | undefined;
}

/** Says when a request is given up: at the caller's signal, or when a limit in time passes. */
export interface Patience {
  readonly signal: AbortSignal;
  /** The response's headers have come. */
  answering(): void;
  release(): void;
}

export function createPatience({ id, timeoutMs, awaited, answerMs, signal }: PatienceOptions): Patience {
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal?.reason);
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  const after = (ms: number, what: string, settings: string): NodeJS.Timeout =>
    setTimeout(
      () => {
        const message = `no ${what} within ${ms / 1000} s: raise ${settings}`;
        stop.abort(new ConnectorException(message, ErrorClass.Timeout, id));
      },
      Math.min(ms + GRACE_MS, MAX_TIMER_MS),
    );
  const first = after(timeoutMs, awaited, 'timeoutMs (timeout_ms, --timeout)');
  const whole = answerMs === undefined ? undefined : after(answerMs, 'complete answer', ANSWER_SETTINGS);
  return {
    signal: stop.signal,
    answering: () => clearTimeout(first),
    release() {
      clearTimeout(first);
      clearTimeout(whole);
      signal?.removeEventListener('abort', onAbort);
    },
  };
}
