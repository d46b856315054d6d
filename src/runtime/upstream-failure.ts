import { ConnectorException, ErrorClass, type Hop, messageOf } from '../errors.js';
import type { Timings } from '../protocol/messages.js';
import { ConnectTimeout } from './connector.js';

interface Cause {
  code: string;
  message: string;
}

/**
 * Says in words why a request to `origin` failed: what happened, where, and the system's own code.
 * What is a `ConnectorException` already (a sink's, a policy's) is passed on as it is.
 * @param timings what the request got to
 * @param bytes body bytes that had come
 */
export function upstreamFailure(
  error: Error,
  origin: string,
  timings: Timings,
  bytes: number,
): ConnectorException {
  if (error instanceof ConnectorException) return error;
  const cause = causeOf(error);
  const fail = (message: string, errorClass: ErrorClass, hop: Hop): ConnectorException =>
    new ConnectorException(`${message} (${cause.code})`, errorClass, 0, { hop, cause: error });

  const connected = timings.queuedUs !== undefined;
  const secure = origin.startsWith('https:');
  if (error instanceof ConnectTimeout) {
    return fail(`no connection to ${origin}: ${cause.message}`, ErrorClass.Transient, 'network');
  }
  const known = CONNECT_FAILURES[cause.code];
  if (!connected && known !== undefined) return fail(known(origin), ErrorClass.Transient, 'network');
  if (!connected && secure && !SOCKET_CODES.has(cause.code)) {
    return fail(`no trusted connection to ${origin}: ${cause.message}`, ErrorClass.Permanent, 'network');
  }
  if (cause.code === 'UND_ERR_HEADERS_OVERFLOW') {
    return fail(`${origin} sent more than 64 KiB of headers`, ErrorClass.Permanent, 'provider');
  }
  if (cause.code.startsWith('HPE_')) {
    return fail(`${origin} did not answer in HTTP: ${cause.message}`, ErrorClass.Permanent, 'provider');
  }
  if (cause.code === 'UND_ERR_INVALID_ARG' || cause.code === 'UND_ERR_NOT_SUPPORTED') {
    return fail(
      `the request to ${origin} cannot be sent: ${cause.message}`,
      ErrorClass.InvalidRequest,
      'client',
    );
  }
  if (!connected)
    return fail(`no connection to ${origin}: ${cause.message}`, ErrorClass.Transient, 'network');
  const how =
    timings.firstByteUs === undefined
      ? `${origin} closed the connection before it answered`
      : `${origin} closed the connection in the middle of its answer, after ${bytes} bytes of body`;
  return fail(how, ErrorClass.Transient, 'provider');
}

const CONNECT_FAILURES: Record<string, (origin: string) => string> = {
  ECONNREFUSED: (origin) => `nothing listens at ${origin}: connection refused`,
  ENOTFOUND: (origin) => `no host of that name: ${origin}`,
  EAI_AGAIN: (origin) => `the name of ${origin} could not be looked up now; is the network up?`,
  EHOSTUNREACH: (origin) => `no way to ${origin}: host unreachable`,
  ENETUNREACH: (origin) => `no way to ${origin}: network unreachable`,
  ETIMEDOUT: (origin) => `${origin} does not answer to a connection attempt`,
};

/** Without a TLS handshake's fault: the connection itself broke. */
const SOCKET_CODES: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
  'EMFILE',
  'ENFILE',
]);

function causeOf(error: Error): Cause {
  // Several addresses were tried: each failed, mostly in the same way.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const code = codeOf(error) ?? codeOf(first) ?? error.name;
  return { code, message: messageOf(error.message === '' ? first : error) };
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
