import { ConnectorException } from '../../common/errors.js';
import type { Transport, UpstreamCall } from '../upstream/transport.js';
import { repeatable } from './retry-decision.js';

/** A pool may hold several dead connections; after so many the failure is told. */
const MAX_REPLACED = 8;

/** What a socket says that was closed at its other end while it lay in the pool. */
const DEAD: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** A dead connection tells so within a round trip. What fails later was at work on the request. */
const DEAD_WITHIN_US = 1_000_000;

/**
 * Sends a request again at once when the reused connection it went out on proves dead before a byte of the answer.
 * That is no failed attempt, for the connection has most likely ended before the request (RFC 9112, 9.3.1). Whether the
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
