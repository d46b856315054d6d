import { ErrorClass } from '../../../common/errors.js';
import { causeAdvice, FILTERED, isKeyRefused, isModerated, isTooLong } from './status-advice.js';

/** Returns the class of an error with this HTTP status. @param kind the error's own `type` and `code` */
export function classOf(
  statusCode: number,
  kind: string,
  message: string,
  retryAfterMs?: number,
): ErrorClass {
  // The code must begin with "quota": Cerebras' code for a rate limit is `token_quota_exceeded`.
  if (statusCode === 429) return /\bquota/.test(kind) ? ErrorClass.Permanent : ErrorClass.RateLimited;
  if (isTooLong(message)) return ErrorClass.InvalidRequest;
  if (statusCode === 408 || statusCode === 504) return ErrorClass.Timeout;
  if (statusCode === 501 || statusCode === 505) return ErrorClass.InvalidRequest;
  // A gateway refuses with 500 what its own filter has found.
  if (statusCode === 500 && isModerated(kind, '')) return ErrorClass.InvalidRequest;
  if (SERVER_FAILURES.includes(statusCode) || statusCode >= 500) return ErrorClass.Transient;
  if (FILTERED.includes(statusCode) && isModerated(kind, message)) return ErrorClass.InvalidRequest;
  // Some gateways refuse a request above a limit with 403, and say when the limit renews.
  if (statusCode === 403 && retryAfterMs !== undefined) return ErrorClass.RateLimited;
  if (statusCode < 400 || [401, 402, 403, 407].includes(statusCode)) return ErrorClass.Permanent;
  return isKeyRefused(message) ? ErrorClass.Permanent : ErrorClass.InvalidRequest;
}

/**
 * Statuses below 500 for temporary failures. Among them are 421 (another connection may be right), 424 (TGI: generation
 * failed), 498 (Groq: no capacity) and 499 (a gateway cancelled the request itself).
 */
const SERVER_FAILURES: readonly number[] = [409, 421, 424, 425, 498, 499];

/** Returns the class of an error without an HTTP status. */
export function classByText(kind: string, message: string): ErrorClass {
  if (isModerated(kind, message)) return ErrorClass.InvalidRequest;
  const byWords = classByWords(message);
  // Some servers give every error the kind of an invalid request, so a message that is surely permanent counts first.
  return (byWords === ErrorClass.Permanent ? byWords : classByKind(kind)) ?? byWords ?? ErrorClass.Transient;
}

function classByWords(message: string): ErrorClass | undefined {
  if (isKeyRefused(message)) return ErrorClass.Permanent;
  if (isTooLong(message)) return ErrorClass.InvalidRequest;
  if (causeAdvice(message) !== undefined) return ErrorClass.Permanent;
  return /rate.?limit|too many (?:concurrent )?requests|\b(qps|rpm|tpm|rps|requests?|concurrency) limit/i.test(
    message,
  )
    ? ErrorClass.RateLimited
    : undefined;
}

function classByKind(kind: string): ErrorClass | undefined {
  if (/quota|auth|permission|billing/i.test(kind)) return ErrorClass.Permanent;
  if (/rate_?limit|throttl/i.test(kind)) return ErrorClass.RateLimited;
  if (/invalid|bad_?request|not_?found|context_length|validation/i.test(kind))
    return ErrorClass.InvalidRequest;
  if (/timeout/i.test(kind)) return ErrorClass.Timeout;
  return undefined;
}
