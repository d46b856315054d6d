import { codeOf } from '../../common/error-code.js';
import { ConnectorException, ErrorClass, FailureCode, type Hop, messageOf } from '../../common/errors.js';
import type { Timings } from '../../protocol/messages.js';
import { CHECK_CERTIFICATE, certificateFailure, SET_CERTIFICATE } from './certificate-failure.js';
import { ConnectTimeout } from './connector.js';
import { FIX_SERVER, notHttp } from './not-http.js';
import { tlsFailure } from './tls-failure.js';
import { Discard } from './transport.js';

/** Reports an HTTP/2 stream that was closed before the response's end. */
export class CutStream extends Error {
  override readonly name = 'CutStream';
}

/** The request that failed. */
export interface FailedRequest {
  origin: string;
  /** How far the request got. */
  timings: Timings;
  /** Body bytes received before the failure. */
  bytes: number;
  /** The client certificate of the request, if it has one. */
  certificate: object | undefined;
  /** How long a provider may be silent, in ms. */
  idleMs: number;
}

/**
 * Returns an error that says what happened and where, with the system's error code and advice.
 * Errors that a sink or a policy threw are returned unchanged.
 */
export function upstreamFailure(error: Error, request: FailedRequest): ConnectorException | Discard {
  if (error instanceof ConnectorException || error instanceof Discard) return error;
  const { code: systemCode, text } = causeOf(error);
  const { origin, timings } = request;
  const {
    errorClass,
    hop,
    what,
    advice,
    code = SYSTEM_CODES[systemCode],
  }: Failure = systemCode === 'UND_ERR_INVALID_ARG' || systemCode === 'UND_ERR_NOT_SUPPORTED'
    ? { ...INVALID_REQUEST, what: `the request to ${origin} cannot be sent: ${text}`, advice: 'change it' }
    : timings.queuedUs === undefined
      ? connectFailure(error, systemCode, text, request)
      : answerFailure(error, systemCode, request);
  return new ConnectorException(`${what} (${systemCode}): ${advice}`, errorClass, 0, {
    hop,
    ...(code !== undefined && { code }),
    cause: error,
  });
}

interface Failure {
  errorClass: ErrorClass;
  hop: Hop;
  what: string;
  /** Advice for the user. */
  advice: string;
  code?: FailureCode | undefined;
}

/** The system's error codes that say enough by themselves. */
const SYSTEM_CODES: Partial<Record<string, FailureCode>> = {
  ECONNREFUSED: FailureCode.ConnectionRefused,
  ENOTFOUND: FailureCode.NameNotFound,
  EAI_AGAIN: FailureCode.NameNotFound,
  EMFILE: FailureCode.LocalResources,
  ENFILE: FailureCode.LocalResources,
  EADDRNOTAVAIL: FailureCode.LocalResources,
  ENOBUFS: FailureCode.LocalResources,
  ENOMEM: FailureCode.LocalResources,
};

const INVALID_REQUEST = { errorClass: ErrorClass.InvalidRequest, hop: 'client' } as const;
const NETWORK_NOW = { errorClass: ErrorClass.Transient, hop: 'network' } as const;
const NETWORK_ALWAYS = { errorClass: ErrorClass.Permanent, hop: 'network' } as const;
const PROVIDER_NOW = { errorClass: ErrorClass.Transient, hop: 'provider' } as const;
const PROVIDER_SILENT = { errorClass: ErrorClass.Timeout, hop: 'provider' } as const;
const PROVIDER_ALWAYS = { errorClass: ErrorClass.Permanent, hop: 'provider' } as const;

const CHECK_URL = 'check base_url';
const CHECK_BOTH = 'check base_url and the network';
const LATER = 'try again in a moment';
const MORE_FILES = 'the daemon may open too few files; start it with a higher `ulimit -n`';

const TOO_MANY_HEADERS = (origin: string): Failure => ({
  ...PROVIDER_ALWAYS,
  what: `${origin} sent more headers than the limit (--max-header-bytes)`,
  advice: CHECK_URL,
});

/** Returns the error for headers that undici accepted although they exceed the limit. */
export function headersTooLarge(origin: string): ConnectorException {
  const { what, advice, errorClass, hop } = TOO_MANY_HEADERS(origin);
  return new ConnectorException(`${what}: ${advice}`, errorClass, 0, { hop });
}

/** Returns the error for a server that sends interim responses (1xx) without end. */
export function tooManyInterim(origin: string): ConnectorException {
  const text = `${origin} sent interim responses (1xx) without end: ${CHECK_URL}`;
  return new ConnectorException(text, ErrorClass.Permanent, 0, { hop: 'provider' });
}

/** Returns the error for a status that is too small for HTTP (RFC 9110, 15). */
export function invalidStatus(origin: string, statusCode: number): ConnectorException {
  const text = `${origin} answered with the status ${statusCode}, which HTTP does not have: ${FIX_SERVER}`;
  return new ConnectorException(text, ErrorClass.Permanent, 0, { hop: 'provider' });
}

const CONNECT_FAILURES: Record<string, (origin: string) => Pick<Failure, 'what' | 'advice'>> = {
  ECONNREFUSED: (origin) => ({
    what: `nothing listens at ${origin}`,
    advice: 'check that the server runs, and base_url',
  }),
  ENOTFOUND: (origin) => ({ what: `the host name in ${origin} has no address`, advice: CHECK_BOTH }),
  EAI_AGAIN: (origin) => ({
    what: `the name in ${origin} could not be resolved`,
    advice: 'check the network',
  }),
  EHOSTUNREACH: (origin) => ({ what: `no route to ${origin}: the host is unreachable`, advice: CHECK_BOTH }),
  ENETUNREACH: (origin) => ({
    what: `no route to ${origin}: the network is unreachable`,
    advice: 'check the network',
  }),
  ETIMEDOUT: (origin) => ({ what: `${origin} does not answer to a connection attempt`, advice: CHECK_BOTH }),
  ECONNRESET: (origin) => ({
    what: `${origin} closed the connection before it was established`,
    advice: LATER,
  }),
  EMFILE: (origin) => ({ what: `no connection to ${origin}: too many open files`, advice: MORE_FILES }),
  ENFILE: (origin) => ({ what: `no connection to ${origin}: too many open files`, advice: MORE_FILES }),
};

/** Codes of failures during a TLS handshake that come from the socket, and not from TLS. */
const SOCKET_CODES: ReadonlySet<string> = new Set(['EPIPE', 'UND_ERR_SOCKET']);

function connectFailure(
  error: Error,
  code: string,
  text: string,
  { origin, certificate }: FailedRequest,
): Failure {
  const known = CONNECT_FAILURES[code];
  if (known !== undefined) return { ...NETWORK_NOW, ...known(origin) };
  const refused = certificateFailure(code, certificate !== undefined);
  if (refused !== undefined) return { ...PROVIDER_ALWAYS, ...refused, what: `${origin} ${refused.what}` };
  const handshake =
    origin.startsWith('https:') && !(error instanceof ConnectTimeout) && !SOCKET_CODES.has(code);
  return handshake
    ? {
        ...NETWORK_ALWAYS,
        ...tlsFailure(error, code, text, origin),
      }
    : { ...NETWORK_NOW, what: `no connection to ${origin}: ${text}`, advice: CHECK_BOTH };
}

/** undici's errors, by code or message, for responses that it refuses to read. */
const REFUSED_RESPONSES = new Map([
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'sent Content-Length twice, or with Transfer-Encoding'],
  ['bad upgrade', 'switched to another protocol (status 101) without a request to do so'],
  ['bad response', 'sent a response without a request'],
]);

/** Node closes an HTTP/2 connection with these codes when the server violates the protocol or floods the client. */
const H2_RULES = new Map<string, Pick<Failure, 'errorClass' | 'hop'>>([
  // Some servers do this now and then, for example while they restart, so a retry may help.
  ['ERR_HTTP2_ERROR', PROVIDER_NOW],
  ['ERR_HTTP2_TOO_MANY_INVALID_FRAMES', PROVIDER_ALWAYS],
]);

function answerFailure(error: Error, code: string, request: FailedRequest): Failure {
  const { origin, timings, bytes, certificate, idleMs } = request;
  // With TLS 1.3 the server checks the client certificate after the handshake, when the request is already sent.
  const refused = certificateFailure(code, certificate !== undefined);
  if (refused !== undefined) return { ...PROVIDER_ALWAYS, ...refused, what: `${origin} ${refused.what}` };
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return TOO_MANY_HEADERS(origin);
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    const after = code === 'UND_ERR_BODY_TIMEOUT' ? `after ${bytes} bytes of body` : 'before it answered';
    const advice = `raise --upstream-idle (now ${idleMs / 1000} s)`;
    return { ...PROVIDER_SILENT, what: `${origin} went silent ${after}`, advice };
  }
  // The parser's "Invalid EOF state" means that the response was cut off.
  const begun = timings.firstByteUs !== undefined;
  if (error.name === 'HTTPParserError' && !/EOF/.test(error.message)) {
    const problem = notHttp(error, begun);
    return { ...PROVIDER_ALWAYS, ...problem, what: `${origin} ${problem.what}` };
  }
  const refusedResponse = begun
    ? undefined
    : (REFUSED_RESPONSES.get(code) ?? REFUSED_RESPONSES.get(error.message));
  if (refusedResponse !== undefined)
    return { ...PROVIDER_ALWAYS, what: `${origin} ${refusedResponse}`, advice: FIX_SERVER };
  if (code === 'HTTP_1_1_REQUIRED') {
    const advice = 'start the daemon with --http2 deny';
    return { ...PROVIDER_ALWAYS, what: `${origin} does not serve this over HTTP/2`, advice };
  }
  const broken = H2_RULES.get(code);
  if (broken !== undefined) {
    const what = `${origin} broke the rules of HTTP/2 (${error.message})`;
    return { ...broken, what, advice: 'if this continues, start the daemon with --http2 deny' };
  }
  const when = !begun ? 'before it answered' : `in the middle of its answer, after ${bytes} bytes of body`;
  const what = isReset(error) ? 'reset the request' : 'closed the connection';
  // When an earlier request used the connection, a missing TLS or certificate can't be the cause.
  const doubt = timings.reused || begun || isReset(error) ? undefined : doubtOf(origin, code, certificate);
  const advice = doubt === undefined ? LATER : `${LATER}; if it always does so, ${doubt}`;
  const unanswered = !begun && origin.startsWith('https:');
  return {
    ...PROVIDER_NOW,
    what: `${origin} ${what} ${when}`,
    advice,
    ...(unanswered && { code: FailureCode.TlsClosed }),
  };
}

/**
 * Returns a likely cause of a closed connection. Many servers just close one that lacks TLS or a client certificate, or
 * whose request has too large a body.
 */
function doubtOf(origin: string, code: string, certificate: object | undefined): string | undefined {
  if (code === 'EPIPE') return 'the request may be too large for it';
  if (!origin.startsWith('https:'))
    return code === 'ECONNRESET' ? undefined : 'its port may need https: in base_url';
  return certificate === undefined
    ? `it may demand a client certificate: ${SET_CERTIFICATE}`
    : CHECK_CERTIFICATE;
}

/** Whether the error ended only one HTTP/2 stream, and not the connection. */
function isReset(error: Error): boolean {
  const code = codeOf(error);
  const ofStream = code === 'UND_ERR_INFO' && error.message.startsWith('HTTP/2: stream ');
  return error instanceof CutStream || code === 'ERR_HTTP2_STREAM_ERROR' || ofStream;
}

function causeOf(error: Error): { code: string; text: string } {
  // An AggregateError means that several addresses failed, mostly with the same error.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  // The HTTP/2 code of the reset (RFC 9113, 7) says more than Node's code, which is the same for all resets.
  const [, reset] = /\bNGHTTP2_(\w+)/.exec(isReset(error) ? error.message : '') ?? [];
  const code = reset ?? (codeOf(error) || codeOf(first) || error.name);
  return { code, text: messageOf(error.message === '' ? first : error) };
}
