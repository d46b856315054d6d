import { ConnectorException, ErrorClass, type Hop, messageOf } from '../errors.js';
import type { Timings } from '../protocol/messages.js';
import { ConnectTimeout } from './connector.js';

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
  const { code, text } = causeOf(error);
  const { errorClass, hop, message } =
    code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED'
      ? { ...CLIENTS_FAULT, message: `the request to ${origin} cannot be sent: ${text}` }
      : timings.queuedUs === undefined
        ? connectFailure(error, code, text, origin)
        : answerFailure(error, code, origin, timings, bytes);
  return new ConnectorException(`${message} (${code})`, errorClass, 0, { hop, cause: error });
}

interface Failure {
  errorClass: ErrorClass;
  hop: Hop;
  message: string;
}

const CLIENTS_FAULT = { errorClass: ErrorClass.InvalidRequest, hop: 'client' } as const;
const NETWORK_NOW = { errorClass: ErrorClass.Transient, hop: 'network' } as const;
const NETWORK_ALWAYS = { errorClass: ErrorClass.Permanent, hop: 'network' } as const;
const PROVIDER_NOW = { errorClass: ErrorClass.Transient, hop: 'provider' } as const;
const PROVIDER_SILENT = { errorClass: ErrorClass.Timeout, hop: 'provider' } as const;
const PROVIDER_ALWAYS = { errorClass: ErrorClass.Permanent, hop: 'provider' } as const;

const CONNECT_FAILURES: Record<string, (origin: string) => string> = {
  ECONNREFUSED: (origin) => `nothing listens at ${origin}: connection refused`,
  ENOTFOUND: (origin) => `no host of that name: ${origin}`,
  EAI_AGAIN: (origin) => `the name of ${origin} could not be looked up now; is the network up?`,
  EHOSTUNREACH: (origin) => `no way to ${origin}: host unreachable`,
  ENETUNREACH: (origin) => `no way to ${origin}: network unreachable`,
  ETIMEDOUT: (origin) => `${origin} does not answer to a connection attempt`,
  ECONNRESET: (origin) => `${origin} closed the connection while it was being made`,
};

/** What can end a TLS connection attempt besides the handshake itself. */
const SOCKET_CODES: ReadonlySet<string> = new Set(['EPIPE', 'UND_ERR_SOCKET', 'EMFILE', 'ENFILE']);

function connectFailure(error: Error, code: string, text: string, origin: string): Failure {
  const known = CONNECT_FAILURES[code];
  if (known !== undefined) return { ...NETWORK_NOW, message: known(origin) };
  const handshake =
    origin.startsWith('https:') && !(error instanceof ConnectTimeout) && !SOCKET_CODES.has(code);
  if (!handshake) return { ...NETWORK_NOW, message: `no connection to ${origin}: ${text}` };
  return { ...NETWORK_ALWAYS, message: `no trusted connection to ${origin}: ${tlsReason(error, text)}` };
}

function answerFailure(error: Error, code: string, origin: string, timings: Timings, bytes: number): Failure {
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return { ...PROVIDER_ALWAYS, message: `${origin} sent more headers than the limit (--max-header-bytes)` };
  }
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    const after = code === 'UND_ERR_BODY_TIMEOUT' ? `after ${bytes} bytes of body` : 'before it answered';
    return { ...PROVIDER_SILENT, message: `${origin} went silent ${after} (--upstream-idle)` };
  }
  // The parser's "Invalid EOF state" is an answer that was cut.
  if (error.name === 'HTTPParserError' && !/EOF/.test(error.message)) {
    return { ...PROVIDER_ALWAYS, message: `${origin} did not answer in HTTP: ${error.message}` };
  }
  const when =
    timings.firstByteUs === undefined
      ? 'before it answered'
      : `in the middle of its answer, after ${bytes} bytes of body`;
  return { ...PROVIDER_NOW, message: `${origin} closed the connection ${when}` };
}

function causeOf(error: Error): { code: string; text: string } {
  // Several addresses were tried: each failed, mostly in the same way.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const code = codeOf(error) ?? codeOf(first) ?? error.name;
  return { code, text: messageOf(error.message === '' ? first : error) };
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** OpenSSL's reason without its source lines, Node's without its advice to Node's users. */
function tlsReason(error: Error, text: string): string {
  if ('reason' in error && typeof error.reason === 'string') return error.reason;
  const [reason = text] = text.split(';');
  return reason;
}
