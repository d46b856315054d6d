import { codeOf } from '../../common/error-code.js';
import { ConnectorException } from '../../common/errors.js';
import type { Transport, UpstreamCall } from '../upstream/transport.js';
import { repeatable } from './retry-decision.js';

/** A pool may contain several dead connections. After this many, the request fails. */
const MAX_REPLACED = 8;

/** The error codes of a socket that the server closed while it was in the pool. */
const DEAD: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** A dead connection fails within one round trip. After a longer time, the server had probably read the request. */
const DEAD_WITHIN_US = 1_000_000;

/**
 * Resends a request at once when its reused connection fails before the first byte of the response, or when the server
 * refused it with GOAWAY. This is not a new attempt: most likely the server had closed the connection before the request
 * arrived (RFC 9112, section 9.3.1). But the server may have read the request. So only repeatable requests are sent
 * again, and only if their policy allows several attempts.
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
        if (once || replaced === MAX_REPLACED || call.signal.aborted) throw error;
        if (!wasDead(error, call) && !wasTurnedAway(error, call)) throw error;
        call.timeline.continueAttempt('replaced');
      }
    }
  };
}

/** undici's messages for a request that arrived after the server's GOAWAY, or whose HEADERS (type 1) it could not send. */
const TURNED_AWAY = /^HTTP\/2: "(GOAWAY" frame received|frameError" received - type 1,)/;

/**
 * Whether an HTTP/2 server accepted no more requests on the connection. undici itself sends such a request once more,
 * but the server may refuse it on the next connection too.
 */
function wasTurnedAway(error: unknown, { timeline }: UpstreamCall): boolean {
  const cause = error instanceof ConnectorException ? error.cause : undefined;
  return (
    cause instanceof Error && TURNED_AWAY.test(cause.message) && timeline.timings.firstByteUs === undefined
  );
}

function wasDead(error: unknown, { timeline }: UpstreamCall): boolean {
  const { reused, queuedUs = 0, firstByteUs } = timeline.timings;
  if (!(error instanceof ConnectorException) || !reused || firstByteUs !== undefined) return false;
  const { cause } = error;
  const code = codeOf(cause);
  return DEAD.has(code) && timeline.elapsedUs() - queuedUs < DEAD_WITHIN_US;
}
