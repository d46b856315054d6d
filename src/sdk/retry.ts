import { ConnectorException, RETRYABLE_CLASSES } from '../common/errors.js';
import { sleep } from '../common/time/sleep.js';

/** How often `withRetry` retries, which errors, and after which waits. */
export interface RetryOptions {
  /** The most retries after the first attempt. Default: 3. */
  maxRetries?: number;
  /** Upper limit of the first wait in ms. It doubles with each retry. Default: 1000. */
  initialBackoffMs?: number;
  /** Upper limit of any wait in ms, except for a wait that the server demands. Default: 30000. */
  maxBackoffMs?: number;
  /** Names of the error classes to retry. Default: Transient, RateLimited and Timeout. */
  retryableErrors?: readonly string[];
  /** Ends the wait and all further attempts. `withRetry` then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called before each wait. */
  onRetry?: (retry: { attempt: number; waitMs: number; error: ConnectorException }) => void;
  /** Returns a number from 0 (inclusive) to 1 (exclusive), for the jitter. Default: Math.random. */
  random?: () => number;
}

/** The longest Retry-After that is obeyed. With a longer one, the error is thrown. */
const MAX_RETRY_AFTER_MS = 60_000;

/** Retries calls that failed for a transient reason. */
// biome-ignore lint/complexity/noStaticOnlyClass: the public SDK's shape
export class RetryHelper {
  /**
   * Calls `fn` until it succeeds, fails with an error that is not retryable, or `maxRetries` is used up. The class of a
   * `ConnectorException` decides; other errors are thrown at once. Each wait is random between 0 and a limit that
   * doubles (full jitter), but at least as long as the server demands.
   * @throws the last error of `fn`, or the signal's reason.
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
        const demandedMs = error.retryAfterMs ?? 0;
        if (demandedMs > MAX_RETRY_AFTER_MS) throw error;
        const limit = Math.min(maxBackoffMs, initialBackoffMs * 2 ** (attempt - 1));
        const waitMs = Math.max(demandedMs, random() * limit);
        onRetry?.({ attempt, waitMs, error });
        await sleep(waitMs, signal);
      }
    }
  }
}
