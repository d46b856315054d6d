import { ConnectorException, ErrorClass } from '../../common/errors.js';
import { type LimitTimer, startLimit } from '../../common/time/limit-timer.js';

/**
 * How long the client waits for the daemon's own error after a limit, in ms. That error explains how the time was used, and
 * may arrive late on a busy machine. A daemon without limits sends no error, so the client then stops waiting.
 */
const GRACE_MS = 1000;
const ANSWER_SETTINGS = 'answerMs (answer_ms, --answer-timeout)';

export interface RequestLimitOptions {
  /** The request's id, for errors. */
  id: number;
  /** Limit until `answering` is called or the request ends, in ms. */
  timeoutMs: number;
  /** The part of the response that `timeoutMs` limits, for its error. */
  awaited: 'complete answer' | 'response headers';
  /** Limit for the whole answer, in ms. Default: no limit. */
  answerMs?: number | undefined;
  /** The caller's signal. */
  signal?: AbortSignal | undefined;
}

/** The time limits of one request. */
export interface RequestLimits {
  /** Aborted when the caller's signal is, or when a limit passes. */
  readonly signal: AbortSignal;
  /** Call this when the response's headers have arrived. */
  answering(): void;
  release(): void;
}

/** Starts the time limits of one request. `release` removes the timers and the listener on `signal`. */
export function startRequestLimits({
  id,
  timeoutMs,
  awaited,
  answerMs,
  signal,
}: RequestLimitOptions): RequestLimits {
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal?.reason);
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  const after = (ms: number, what: string, settings: string): LimitTimer =>
    startLimit(ms + GRACE_MS, () => {
      const message = `no ${what} within ${ms / 1000} s: raise ${settings}`;
      stop.abort(new ConnectorException(message, ErrorClass.Timeout, id));
    });
  const first = after(timeoutMs, awaited, 'timeoutMs (timeout_ms, --timeout)');
  const whole = answerMs === undefined ? undefined : after(answerMs, 'complete answer', ANSWER_SETTINGS);
  return {
    signal: stop.signal,
    answering: first.clear,
    release() {
      first.clear();
      whole?.clear();
      signal?.removeEventListener('abort', onAbort);
    },
  };
}
