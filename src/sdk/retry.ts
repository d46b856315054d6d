import { ConnectorException, RETRYABLE_CLASSES } from '../common/errors.js';
import { sleep } from './sleep.js';

export interface RetryOptions {
  /** Tries after the first one [3]. */
  maxRetries?: number;
  /** Upper limit of the first wait in ms; it doubles with each further one [1000]. */
  initialBackoffMs?: number;
  /** Upper limit of any wait in ms, except one that the failing side asked for [30000]. */
  maxBackoffMs?: number;
  /** Names of the error classes to try again [Transient, RateLimited, Timeout]. */
  retryableErrors?: readonly string[];
  /** Ends the waiting and any further try; `withRetry` rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called before each wait. */
  onRetry?: (retry: { attempt: number; waitMs: number; error: ConnectorException }) => void;
  /** From 0 up to 1, for the jitter [Math.random]. */
  random?: () => number;
}

/** The longest Retry-After that is waited for; with a longer one the error is thrown instead. */
const MAX_RETRY_AFTER_MS = 60_000;

/** Tries again what failed for a reason that may pass. */
// biome-ignore lint/complexity/noStaticOnlyClass: the public SDK's shape
export class RetryHelper {
  /**
   * Calls `fn` until it succeeds, or fails in a way that another try won't change, or `maxRetries` is used
   * up. Decides by the class of a `ConnectorException`; anything else is thrown at once. Waits between 0 and
   * a limit that doubles (full jitter), but at least as long as the failing side asked for.
   * @throws what `fn` threw last, or the signal's reason.
   */
  static async withRetry<T>(fn: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
    const { maxRetries = 3, initialBackoffMs = 1000, maxBackoffMs = 30_000, signal, onRetry } = options;
    const { retryableErrors = RETRYABLE_CLASSES, random = Math.random } = options;
    for (let attempt = 1; ; attempt += 1) {
      signal?.throwIfAborted();
      try {
        return await fn();
      } catch (error) {
        if (attempt > maxRetries || !(error instanceof ConnectorException)) throw error;
        if (!retryableErrors.includes(error.getErrorClassName())) throw error;
        const asked = error.retryAfterMs ?? 0;
        if (asked > MAX_RETRY_AFTER_MS) throw error;
        const limit = Math.min(maxBackoffMs, initialBackoffMs * 2 ** (attempt - 1));
        const waitMs = Math.max(asked, random() * limit);
        onRetry?.({ attempt, waitMs, error });
        await sleep(waitMs, signal);
      }
    }
  }
}
