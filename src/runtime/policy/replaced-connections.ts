import { ConnectorException } from '../../common/errors.js';
import type { Transport, UpstreamCall } from '../upstream/transport.js';
import { repeatable } from './retry-decision.js';

/** A pool may hold several dead connections; after this many the request fails. */
const MAX_REPLACED = 8;

/** The error codes of a socket that the server closed while it was in the pool. */
const DEAD: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** A dead connection fails within a round trip. A later failure happened while the server worked on the request. */
const DEAD_WITHIN_US = 1_000_000;

/**
 * Resends a request at once when its reused connection fails before the first byte of the response.
 * That is not a failed attempt: most likely the server closed the connection before (RFC 9112, section 9.3.1). Whether the
 * server read the request is not known, so only one that may be made twice is sent again, and none that may be sent once.
 * @param attempts of a request whose policy names none
 */
export function withReplacedConnections(next: Transport, attempts: number): Transport {
  return async (call, sink) => {
    const once = (call.policy.maxAttempts ?? attempts) === 1 || !repeatable(call.request);
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
