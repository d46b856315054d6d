import type { ConnectorException } from '../../common/errors.js';
import type { HeaderList } from '../../protocol/messages.js';
import { readRefusal } from '../../protocol/refusal-body.js';
import { retryAfterOf } from '../../protocol/retry-after.js';
import type { HttpRequest, Method } from '../upstream/http-request.js';

/** The facts about an attempt on which the retry decision is based. */
export type AttemptResult =
  /** `body`: the start of the body, if it was read. */
  | { kind: 'status'; statusCode: number; headers: HeaderList; body?: string }
  /** `sent`: the request may have reached the server. */
  | { kind: 'failure'; failure: ConnectorException; sent: boolean };

export interface RetryQuestion {
  request: Pick<HttpRequest, 'method' | 'url'>;
  /** Whether the client declared that the request may be sent twice. */
  declared?: boolean | undefined;
  result: AttemptResult;
  /** Attempts so far. */
  attempt: number;
  maxAttempts: number;
  /** Whether the client has received no part of a response yet. */
  untouched: boolean;
  /** How many retries the budget still allows. */
  budget: number;
  /** Time until the request's deadline, in ms; Infinity without one. */
  leftMs: number;
  /** At least 0, below 1. */
  random: number;
  /** Unix time in ms. */
  nowMs: number;
}

export type RetryDecision =
  | { retry: true; delayMs: number }
  | {
      retry: false;
      /** The first reason not to retry. */
      because: 'final' | 'response begun' | 'unsafe' | 'attempts' | 'wait too long' | 'deadline' | 'budget';
    };

export interface RetrySettings {
  /** The most attempts for one request, including the first one. */
  attempts: number;
  /** The wait before the second attempt. It doubles with each further attempt, up to `maxDelayMs`. */
  firstDelayMs: number;
  maxDelayMs: number;
  /** The longest wait that a server may demand. If it demands a longer one, the daemon does not retry. */
  maxRetryAfterMs: number;
  /** Within a minute, at most this share of the requests may be retries, but `budgetMin` retries are always allowed. */
  budgetShare: number;
  budgetMin: number;
}

export const RETRY_DEFAULTS: RetrySettings = {
  attempts: 3,
  firstDelayMs: 500,
  maxDelayMs: 8000,
  maxRetryAfterMs: 60_000,
  budgetShare: 0.2,
  budgetMin: 3,
};

/** No attempt starts with less time than this before the deadline. */
const MIN_ATTEMPT_MS = 50;

/** Idempotent methods (RFC 9110, 9.2.2): sending the same request twice has the effect of sending it once. */
const IDEMPOTENT: ReadonlySet<Method> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/**
 * Decides whether and when to send a request again. It is a pure function.
 * - Transient failures are retried: a lost or refused connection, 408, 409, 421, 424, 425, 429, 498, 499, and 5xx except
 *   501 and 505.
 * - The request must be repeatable: an idempotent method, a chat completion, a request that the client declares so, or one
 *   that was never sent.
 * - The server's `x-should-retry` is obeyed, and so is its wait (`retry-after-ms`, Retry-After, or in the body).
 * - A refusal because of quota, billing or the request's size is final.
 */
export function decideRetry(question: RetryQuestion, settings = RETRY_DEFAULTS): RetryDecision {
  const { request, result, attempt, maxAttempts, untouched, budget, leftMs, random, nowMs } = question;
  const headers = result.kind === 'status' ? lowerCased(result.headers) : {};
  const refusal = result.kind === 'status' ? readRefusal(result.body ?? '', nowMs) : {};
  const headerWaitMs = result.kind === 'status' ? retryAfterOf(headers, nowMs) : result.failure.retryAfterMs;
  // A limit that is used up renews at a time that only the server knows, so a retry needs a header with the wait.
  const final = refusal.final === 'used up' ? headerWaitMs === undefined : refusal.final !== undefined;
  if (!isTransient(result, headers) || final) return { retry: false, because: 'final' };
  if (!untouched) return { retry: false, because: 'response begun' };
  const left = result.kind === 'status' || result.sent;
  if (left && !repeatable(request, question.declared)) return { retry: false, because: 'unsafe' };
  if (attempt >= maxAttempts) return { retry: false, because: 'attempts' };
  const demandedMs = headerWaitMs ?? refusal.retryAfterMs ?? 0;
  if (demandedMs > settings.maxRetryAfterMs) return { retry: false, because: 'wait too long' };
  const delayMs = Math.max(demandedMs, backoffMs(attempt, random, settings));
  if (delayMs + MIN_ATTEMPT_MS > leftMs) return { retry: false, because: 'deadline' };
  return budget < 1 ? { retry: false, because: 'budget' } : { retry: true, delayMs };
}

/**
 * The wait doubles with each attempt. A random part of it, up to one half, is subtracted, so that many clients don't
 * retry at the same time.
 */
function backoffMs(attempt: number, random: number, { firstDelayMs, maxDelayMs }: RetrySettings): number {
  const limit = Math.min(maxDelayMs, firstDelayMs * 2 ** (attempt - 1));
  return limit * (0.5 + random / 2);
}

/** Statuses below 500 for temporary failures, among them Groq's 498 and the 499 of gateways that cancelled a request. */
const TRANSIENT: readonly number[] = [408, 409, 421, 424, 425, 429, 498, 499];
/** Statuses from 500 up of a server that never serves such requests. */
const NEVER_SERVED: readonly number[] = [501, 505];

function isTransient(result: AttemptResult, headers: Readonly<Record<string, string>>): boolean {
  if (result.kind === 'failure') {
    // A failure that the client or the daemon caused would happen again.
    const outside = result.failure.hop === 'network' || result.failure.hop === 'provider';
    return outside && result.failure.isRetryable();
  }
  const { statusCode } = result;
  if (headers['x-should-retry'] === 'false') return false;
  if (headers['x-should-retry'] === 'true' && statusCode >= 400) return true;
  return statusCode >= 500 ? !NEVER_SERVED.includes(statusCode) : TRANSIENT.includes(statusCode);
}

/**
 * Whether the request may be sent twice. A chat completion changes nothing at the provider. Other paths don't show
 * whether a POST does: one to `…/messages` can send a text message. So the client must declare it repeatable.
 */
export function repeatable({ method, url }: Pick<HttpRequest, 'method' | 'url'>, declared = false): boolean {
  return (
    declared || IDEMPOTENT.has(method) || (method === 'POST' && url.pathname.endsWith('/chat/completions'))
  );
}

/** Returns the headers with names in lower case. For a repeated header, the first value counts. */
function lowerCased(headers: HeaderList): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of headers) values[name.toLowerCase()] ??= value;
  return values;
}
