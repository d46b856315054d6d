import { rateLimitsIn, responseTime } from './rate-limits.js';
import { decimal, waitOf } from './wait.js';

/**
 * Returns the wait that the server requests, in ms: `retry-after-ms`, else `Retry-After` (RFC 9110, section 10.2.3),
 * else the latest renewal of an exhausted limit. Undefined without a wait, or for an unknown form.
 * @param headers names in lower case
 * @param nowMs Unix time, for dates
 */
export function retryAfterOf(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const explicit = explicitWait(headers, nowMs);
  if (explicit !== undefined) return explicit;
  const waits = rateLimitsIn(headers, nowMs)
    .filter(({ remaining }) => remaining === 0)
    .map(({ resetMs }) => resetMs)
    .filter((wait) => wait !== undefined);
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/** Like `retryAfterOf`, but without rate limits: only the wait that the server demands explicitly. */
function explicitWait(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const at = responseTime(headers, nowMs);
  const rejected = headers['anthropic-ratelimit-unified-status'] === 'rejected';
  return (
    decimal(headers['retry-after-ms'] ?? headers['x-ms-retry-after-ms']) ??
    waitOf(headers['retry-after'] ?? headers['x-retry-after'], at) ??
    (rejected ? waitOf(headers['anthropic-ratelimit-unified-reset'], at) : undefined)
  );
}
