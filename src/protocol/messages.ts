import type { ErrorClass, FailureCode, Hop } from '../common/errors.js';
import type { MessageType } from './constants.js';
import type { HealthResponse } from './health.js';

/** Header names and values as received; names may repeat. */
export type HeaderList = ReadonlyArray<readonly [name: string, value: string]>;

/**
 * The daemon's timeline of an exchange: microseconds on its monotonic clock since it read the request's last byte. A
 * point that the exchange did not reach, or skipped (a pooled connection has no dns), is absent.
 */
export interface Timings {
  queuedUs?: number;
  dnsUs?: number;
  connectUs?: number;
  tlsUs?: number;
  sentUs?: number;
  firstByteUs?: number;
  lastByteUs?: number;
  /** Whether the connection came from the pool. */
  reused: boolean;
  /** Requests sent upstream, including the successful one. Subtract `redirects` to get the number of attempts. */
  attempts: number;
  /**
   * When the last attempt began; absent when there was only one. Earlier attempts and waits took the time before.
   */
  attemptUs?: number;
  /** When the request to the last redirect's address began. */
  redirectedUs?: number;
  /** Redirects that the daemon followed in all attempts; absent when there was none. */
  redirects?: number;
  /** Reused connections that were dead and that the daemon replaced at once; absent when there was none. */
  replaced?: number;
  /** How long the connection's TCP handshake took; a pooled connection keeps the value. */
  handshakeUs?: number;
}

/** How the daemon treats one request. An absent member has the value of the daemon's settings. */
export interface RequestPolicy {
  /** The most attempts, the first one included. */
  maxAttempts?: number;
  /** `false`: the circuit breaker neither refuses the request nor counts it [true]. */
  circuit?: boolean;
  /** `false`: `--max-upstream` and `--max-requests` don't limit this request [true]. Tenant limits always apply. */
  ceilings?: boolean;
  /** One circuit counts the requests of the same tenant, origin, key and scope. The scope is e.g. the model. */
  scope?: string;
  /**
   * `true`: sending the request twice has the effect of sending it once, so the daemon may retry it. Default: true for
   * GET, HEAD, OPTIONS, PUT, DELETE, and POST to `…/chat/completions`.
   */
  repeatable?: boolean;
}

/** A request's policy on the wire, with its time limits. */
export interface WirePolicy extends RequestPolicy {
  /** Longest time until the response headers, all attempts and waits together, in ms; 0 = no limit. */
  headersTimeoutMs?: number;
  /** Longest silence after the headers, in ms; 0 = no limit. */
  idleTimeoutMs?: number;
  /** The setting that the deadline comes from, in ms; the error names it. */
  deadlineTimeoutMs?: number;
}

export interface ExecuteRequest {
  type: MessageType.ExecuteRequest;
  requestId: bigint;
  tenantId: string;
  workspaceId: string;
  traceId: string;
  connectorName: string;
  operation: string;
  /** Absolute Unix time in ms; 0n = none. */
  deadlineAtMs: bigint;
  payload: Uint8Array;
  headers: HeaderList;
  /** Absent from clients of the public protocol. */
  policy?: WirePolicy;
  clientCertificate?: ClientCertificate;
}

/** A client certificate for the TLS handshake, as PEM texts. */
export interface ClientCertificate {
  /** The certificate with its chain. */
  cert: string;
  /** The private key, without a passphrase. */
  key: string;
}

export interface ExecuteResponse {
  type: MessageType.ExecuteResponse;
  requestId: bigint;
  errorClass: ErrorClass;
  errorMessage: string;
  payload: Uint8Array;
  durationUs: number;
  /** Absent from a daemon without the extension. */
  timings?: Timings;
  /** The wait that the failing side requests, in ms; absent when it requests none. */
  retryAfterMs?: number;
  /** Where the request failed; absent without a failure, and from a daemon of the public protocol. */
  hop?: Hop;
  /** Why the connection to the provider failed; absent for other failures, and when the reason is unknown. */
  code?: FailureCode;
}

interface HealthCheck {
  type: MessageType.HealthCheck;
  /** The token that a daemon may require on TCP; absent in the public form of the message. */
  token?: string;
}

export interface CreditUpdate {
  type: MessageType.CreditUpdate;
  /** The stream that gets more window; 0n in the public form of the message. */
  requestId: bigint;
  creditDelta: number;
  totalCredits: number;
}

export interface StreamStart {
  type: MessageType.StreamStart;
  requestId: bigint;
  statusCode: number;
  headers: HeaderList;
  timings: Timings;
}

export interface StreamChunk {
  type: MessageType.StreamChunk;
  requestId: bigint;
  sequence: number;
  /** When the daemon read these bytes, in µs on the clock of `Timings`. */
  offsetUs: number;
  payload: Uint8Array;
}

export interface StreamEnd {
  type: MessageType.StreamEnd;
  requestId: bigint;
  errorClass: ErrorClass;
  errorMessage: string;
  durationUs: number;
  cancelled: boolean;
  /** Forwarded body bytes. */
  bytes: number;
  timings: Timings;
  /** The wait that the failing side requests, in ms; absent when it requests none. */
  retryAfterMs?: number;
  /** `hop` and `code` as in `ExecuteResponse`. */
  hop?: Hop;
  code?: FailureCode;
}

export interface Cancel {
  type: MessageType.Cancel;
  requestId: bigint;
}

/** The daemon is about to send the request upstream again. */
export interface StreamRetry {
  type: MessageType.StreamRetry;
  requestId: bigint;
  /** The number of the next attempt; the first one was 1. */
  attempt: number;
  maxAttempts: number;
  /** How long the daemon waits before the attempt. */
  delayMs: number;
  /** Why the attempt before failed, in words. */
  reason: string;
  /** The HTTP status of the attempt before; absent when there was no response. */
  statusCode?: number;
}

/** A message from a client to the daemon. */
export type ClientMessage = ExecuteRequest | HealthCheck | CreditUpdate | Cancel;

/** A message from the daemon to a client. */
export type DaemonMessage =
  | ExecuteResponse
  | HealthResponse
  | StreamStart
  | StreamChunk
  | StreamEnd
  | StreamRetry;

export type Message = ClientMessage | DaemonMessage;
