import { codeOf } from './error-code.js';
import { namesOf } from './names-of.js';

/** How a request failed; numbers as on the wire (`schemas/connector_ipc.fbs`). */
export enum ErrorClass {
  Success = 0,
  /** A retry may succeed: connection refused or lost, an overloaded peer. */
  Transient = 1,
  /** The same request would fail again. */
  Permanent = 2,
  RateLimited = 3,
  Timeout = 4,
  InvalidRequest = 5,
}

/** Why a connection to a provider failed; numbers as on the wire. */
export enum FailureCode {
  /** Nothing listens at the address. */
  ConnectionRefused = 1,
  /** The host name has no address, or could not be resolved. */
  NameNotFound = 2,
  /** The server does not speak HTTP/1.1. */
  NotHttp = 3,
  /** An `http:` URL names a port that expects TLS. */
  TlsRequired = 4,
  /** An `https:` URL names a port without TLS. */
  NoTls = 5,
  /** The server's certificate has expired, or is not valid yet. */
  CertificateExpired = 6,
  /** The server's certificate is for another host. */
  CertificateHostMismatch = 7,
  /** The authority of the server's certificate is not trusted. */
  CertificateUntrusted = 8,
  /** The server demands a client certificate. */
  ClientCertificateMissing = 9,
  /** The server does not accept the client certificate. */
  ClientCertificateRefused = 10,
  /** The server ended a TLS connection without an answer. It may require a client certificate. */
  TlsClosed = 11,
  /** The machine of the daemon has no files, ports or memory left. */
  LocalResources = 12,
}

/** The part of the path where a request failed. */
export type Hop = 'client' | 'daemon' | 'network' | 'provider';

/** Further facts about a failure. */
export interface ErrorDetails {
  /** Where it failed; `client` by default. */
  hop?: Hop;
  /** Why the connection to the provider failed, if it did and the reason is known. */
  code?: FailureCode;
  cause?: unknown;
  /** The wait that the server demands before a retry, in ms. */
  retryAfterMs?: number;
  /** The provider's HTTP status, if the failure has one. */
  statusCode?: number;
  /** The number of times that the request was sent, if known. */
  sent?: SentCounts;
}

/** The number of times that one request was sent: the sum of `attempts` and `replaced`. */
export interface SentCounts {
  readonly attempts: number;
  /** Dead reused connections that were replaced; absent if there were none. */
  readonly replaced?: number;
}

/** The meaning of each class of failures, and whether the same request may succeed later. */
export const ERROR_CLASSES = {
  Transient: { meaning: 'the connection was refused or lost, or a server is overloaded', retryable: true },
  Permanent: { meaning: 'the request would fail the same way again', retryable: false },
  RateLimited: { meaning: 'a limit is reached; `retry_after_ms` says how long to wait', retryable: true },
  Timeout: {
    meaning: 'one of the limits `timeout_ms`, `idle_ms` and `answer_ms` has passed',
    retryable: true,
  },
  InvalidRequest: { meaning: 'the request is wrong, or was refused before it was sent', retryable: false },
} as const satisfies Readonly<
  Record<Exclude<keyof typeof ErrorClass, 'Success'>, { meaning: string; retryable: boolean }>
>;

/** The names of the classes that may succeed later. */
export const RETRYABLE_CLASSES = namesOf(ERROR_CLASSES).filter((name) => ERROR_CLASSES[name].retryable);

/** Why a request failed: the wire's error class, the request, and the hop where it failed. */
export class ConnectorException extends Error {
  override readonly name = 'ConnectorException';
  readonly errorClass: ErrorClass;
  /** The request's id as given to programs (a safe integer); 0 when no request was involved. */
  readonly requestId: number;
  readonly hop: Hop;
  readonly code?: FailureCode;
  readonly retryAfterMs?: number;
  readonly statusCode?: number;
  readonly sent?: SentCounts;

  constructor(message: string, errorClass: ErrorClass, requestId = 0, details: ErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.errorClass = errorClass;
    this.requestId = requestId;
    this.hop = details.hop ?? 'client';
    if (details.code !== undefined) this.code = details.code;
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
    if (details.statusCode !== undefined) this.statusCode = details.statusCode;
    if (details.sent !== undefined) this.sent = details.sent;
  }

  /** True for Transient, RateLimited and Timeout. */
  isRetryable(): boolean {
    return RETRYABLE_CLASSES.some((name) => ErrorClass[name] === this.errorClass);
  }

  /** Returns the class's name, e.g. `"RateLimited"`. */
  getErrorClassName(): string {
    return ErrorClass[this.errorClass] ?? 'Unknown';
  }

  /** Returns a plain object for logs and `JSON.stringify`, without any content of the request. */
  toJSON(): Record<string, unknown> {
    return {
      name: this.name,
      message: this.message,
      errorClass: this.errorClass,
      errorClassName: this.getErrorClassName(),
      requestId: this.requestId,
      hop: this.hop,
      ...(this.code !== undefined && { code: FailureCode[this.code] }),
      ...(this.retryAfterMs !== undefined && { retryAfterMs: this.retryAfterMs }),
      ...(this.statusCode !== undefined && { statusCode: this.statusCode }),
    };
  }
}

/** Returns the same failure with other details or another message. */
export function withDetails(
  error: ConnectorException,
  details: ErrorDetails,
  message = error.message,
): ConnectorException {
  const { errorClass, requestId, cause } = error;
  return new ConnectorException(message, errorClass, requestId, { ...error, cause, ...details });
}

const FILE_REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EDQUOT: 'the quota is used up',
  EEXIST: 'a file of this name exists already',
  EISDIR: 'it is a folder',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is not a folder',
  EPERM: 'not permitted',
  EROFS: 'the disk is read-only',
};

/** Returns the reason of a failed file operation, in words for users. */
export function fileReason(error: unknown): string {
  const code = codeOf(error);
  // V8 and Node have several errors for a file that is too large for a string or a buffer.
  return FILE_REASONS[code] ?? (error instanceof RangeError ? 'it is too large: split it' : messageOf(error));
}

/** Returns the message of a thrown value, never a stack trace. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
