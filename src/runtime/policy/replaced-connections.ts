import { ConnectorException } from '../../common/errors.js';
import type { Transport, UpstreamCall } from '../upstream/transport.js';
import { repeatable } from './retry-decision.js';

/** A pool may hold several dead connections. After this many the request fails. */
const MAX_REPLACED = 8;

/** The error codes of a socket that the server closed while it was in the pool. */
const DEAD: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** A dead connection fails within one round trip. After a longer time, the server had probably read the request. */
const DEAD_WITHIN_US = 1_000_000;

/**
 * Resends a request at once when its reused connection fails before the first byte of the response. This does not count
 * as a failed attempt: most likely the server had closed the connection before (RFC 9112, section 9.3.1). But the
 * server may have read the request. So only repeatable requests are sent again, and only if their policy allows several
 * attempts.
 * @param attempts most attempts for a request whose policy sets no number
 */
export function withReplacedConnections(next: Transport, attempts: number): Transport {
  return async (call, sink) => {
    const once =
      (call.policy.maxAttempts ?? attempts) === 1 || !repeatable(call.request, call.policy.repeatable);
    for (let replaced = 0; ; replaced += 1) {
      try {
        return await next(call, sink);
      } catch (error) {
        if (once || replaced === MAX_REPLACED || call.signal.aborted || !wasDead(error, call)) throw error;
        call.timeline.continueAttempt('replaced');
      }
    }
  };
}

function wasDead(error: unknown, { timeline }: UpstreamCall): boolean {
  const { reused, queuedUs = 0, firstByteUs } = timeline.timings;
  if (!(error instanceof ConnectorException) || !reused || firstByteUs !== undefined) return false;
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return DEAD.has(code) && timeline.elapsedUs() - queuedUs < DEAD_WITHIN_US;
}
