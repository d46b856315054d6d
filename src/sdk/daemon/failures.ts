import { ConnectorException, ErrorClass, FailureCode, type SentCounts } from '../../common/errors.js';
import type { ExecuteResponse, StreamEnd, Timings } from '../../protocol/messages.js';

/** Returns the failure that the daemon reported. */
export function replyError(reply: ExecuteResponse | StreamEnd, requestId: number): ConnectorException {
  // Error class Success means that the daemon cancelled a stream without the client's request.
  const errorClass = reply.errorClass === ErrorClass.Success ? ErrorClass.Transient : reply.errorClass;
  const message =
    reply.errorMessage || `the daemon ended the request: ${ErrorClass[errorClass] ?? 'failure'}`;
  // A daemon of the public protocol names no hop: a transient failure comes from the network, others from the daemon.
  const hop = reply.hop ?? (errorClass === ErrorClass.Transient ? 'network' : 'daemon');
  const { timings, code = reply.hop === undefined ? codeInWords(message) : undefined } = reply;
  return new ConnectorException(message, errorClass, requestId, {
    hop,
    ...(code !== undefined && { code }),
    ...(reply.retryAfterMs !== undefined && { retryAfterMs: reply.retryAfterMs }),
    ...(timings !== undefined && { sent: sentCounts(timings) }),
  });
}

const WORDS: readonly [RegExp, FailureCode][] = [
  [/ECONNREFUSED/, FailureCode.ConnectionRefused],
  [/ENOTFOUND|EAI_AGAIN/, FailureCode.NameNotFound],
  [/client certificate|HANDSHAKE_FAILURE/i, FailureCode.ClientCertificateMissing],
  [/wrong version number|ERR_SSL/i, FailureCode.NoTls],
  [/has expired|HAS_EXPIRED|NOT_YET_VALID/i, FailureCode.CertificateExpired],
  [/ALTNAME/i, FailureCode.CertificateHostMismatch],
];

/** Returns the cause that the words of a daemon without codes suggest. */
function codeInWords(message: string): FailureCode | undefined {
  return WORDS.find(([words]) => words.test(message))?.[1];
}

/** Returns how often a request was sent. */
export function sentCounts({ attempts, replaced }: Timings): SentCounts {
  return { attempts, ...(replaced !== undefined && { replaced }) };
}

/** Returns a lost connection's error with the request's id. */
export function lostError(error: ConnectorException, requestId: number): ConnectorException {
  return new ConnectorException(error.message, error.errorClass, requestId, { hop: error.hop, cause: error });
}

/** Thrown when the connection was closed before the request was sent. The request can be sent on another connection. */
export class UnsentError extends Error {
  readonly reason: ConnectorException;

  constructor(reason: ConnectorException) {
    super(reason.message);
    this.reason = reason;
  }
}

/** Returns an error for a failure of the daemon or of the connection to it. */
export function daemonError(message: string, errorClass: ErrorClass, cause?: unknown): ConnectorException {
  return new ConnectorException(message, errorClass, 0, {
    hop: 'daemon',
    ...(cause !== undefined && { cause }),
  });
}
