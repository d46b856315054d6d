import { ConnectorException } from '../../common/errors.js';
import type { Transport, UpstreamCall } from '../upstream/transport.js';
import { repeatable } from './retry-decision.js';

/** A pool may hold several dead connections; after so many the failure is told. */
const MAX_REPLACED = 8;

/** What a socket says that was closed at its other end while it lay in the pool. */
const DEAD: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * Sends a request again at once when the reused connection it went out on proves dead before a byte of the answer.
 * That is no failed attempt: the connection had ended before the request (RFC 9112, 9.3.1).
 */
export function withReplacedConnections(next: Transport): Transport {
  return async (call, sink) => {
    for (let replaced = 0; ; replaced += 1) {
      try {
        return await next(call, sink);
      } catch (error) {
        if (replaced === MAX_REPLACED || call.signal.aborted || !wasDead(error, call)) throw error;
        call.timeline.continueAttempt('replaced');
      }
    }
  };
}

function wasDead(error: unknown, { timeline: { timings }, request }: UpstreamCall): boolean {
  if (!(error instanceof ConnectorException) || !timings.reused || timings.firstByteUs !== undefined)
    return false;
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return DEAD.has(code) && repeatable(request);
}
