import { ConnectorException, ErrorClass, type SentCounts } from '../../common/errors.js';
import type { ExecuteResponse, StreamEnd, Timings } from '../../protocol/messages.js';

/** The failure that the daemon reported. */
export function replyError(reply: ExecuteResponse | StreamEnd, requestId: number): ConnectorException {
  // Success here: a stream that the daemon cancelled without a request to do so.
  const errorClass = reply.errorClass === ErrorClass.Success ? ErrorClass.Transient : reply.errorClass;
  const message =
    reply.errorMessage || `the daemon ended the request: ${ErrorClass[errorClass] ?? 'failure'}`;
  // Of a daemon that does not say: what may pass with time lies behind it; the rest is its own decision.
  const hop = reply.hop ?? (errorClass === ErrorClass.Transient ? 'network' : 'daemon');
  const { timings } = reply;
  return new ConnectorException(message, errorClass, requestId, {
    hop,
    ...(reply.retryAfterMs !== undefined && { retryAfterMs: reply.retryAfterMs }),
    ...(timings !== undefined && { sent: sentCounts(timings) }),
  });
}

/** How often a request was sent. */
export function sentCounts({ attempts, replaced }: Timings): SentCounts {
  return { attempts, ...(replaced !== undefined && { replaced }) };
}

/** A lost connection as one request's failure. */
export function lostError(error: ConnectorException, requestId: number): ConnectorException {
  return new ConnectorException(error.message, error.errorClass, requestId, { hop: error.hop, cause: error });
}

/** A failure of the daemon or of the connection to it. */
export function daemonError(message: string, errorClass: ErrorClass, cause?: unknown): ConnectorException {
  return new ConnectorException(message, errorClass, 0, {
    hop: 'daemon',
    ...(cause !== undefined && { cause }),
  });
}
