import type { ErrorClass } from '../common/errors.js';
import type { MessageType } from './constants.js';

/** Header names and values as they came; names may repeat. */
export type HeaderList = ReadonlyArray<readonly [name: string, value: string]>;

/**
 * The daemon's timeline of an exchange: microseconds on its monotonic clock since it read the request's
 * last byte. A point that was not reached, or not passed (a pooled connection has no dns), is absent.
 */
export interface Timings {
  queuedUs?: number;
  dnsUs?: number;
  connectUs?: number;
  tlsUs?: number;
  sentUs?: number;
  firstByteUs?: number;
  lastByteUs?: number;
  /** The connection came from the pool. */
  reused: boolean;
  /** Requests sent upstream, the successful one included. Less `redirects`: the attempts. */
  attempts: number;
  /** When the last attempt began, where it is not the first: all before it is earlier attempts and waits. */
  attemptUs?: number;
  /** When the request to the address began that a redirect named last. */
  redirectedUs?: number;
  /** Redirects that were followed, in all attempts; absent where there was none. */
  redirects?: number;
  /** Reused connections that were found dead, and replaced at once; absent where there was none. */
  replaced?: number;
  /** How long the TCP handshake of the connection took, also of a pooled one. */
  handshakeUs?: number;
}

/** How the daemon treats one request. What is absent is as the daemon was started. */
export interface RequestPolicy {
  /** Attempts at most, the first one included. */
  maxAttempts?: number;
  /** `false`: the circuit breaker neither refuses the request nor counts it [true]. */
  circuit?: boolean;
  /** `false`: neither `--max-upstream` nor `--max-requests` holds it back [true]. Tenant limits always apply. */
  ceilings?: boolean;
  /** What a 429 or an open circuit concerns beside tenant, origin and key, e.g. the model. */
  scope?: string;
}

/** A request's policy on the wire: with its limits in time. */
export interface WirePolicy extends RequestPolicy {
  /** Until the response's headers, all attempts and waits together, in ms; 0 = no limit. */
  headersTimeoutMs?: number;
  /** How long nothing may come after the headers, in ms; 0 = no limit. */
  idleTimeoutMs?: number;
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
  /** How long the failing side asks to wait; absent where it did not ask. */
  retryAfterMs?: number;
}

export interface HealthCheck {
  type: MessageType.HealthCheck;
  /** Opens a TCP connection of a daemon that wants it; absent in the public form of the message. */
  token?: string;
}

export type CircuitState = 'closed' | 'open' | 'half-open';

/** Connections to an origin. With HTTP/2 more requests than connections may be busy. */
export interface PoolState {
  poolOpen: number;
  /** Requests that run. */
  poolBusy: number;
  /** Requests that wait for a connection. */
  poolQueued: number;
}

export interface CircuitStatus {
  circuit: CircuitState;
  /** Unix time in ms of the next probe of an open circuit; 0 otherwise. */
  circuitRetryAtMs: number;
  /** Retries that may be made now. */
  retryBudget: number;
}

/** One upstream origin as the daemon sees it: pools summed, the worst of circuits and budgets. */
export interface OriginStatus extends PoolState, CircuitStatus {
  origin: string;
  /** Empty from a daemon that does not tell. */
  tenants: readonly TenantStatus[];
}

/** One tenant's exchanges with an origin, and what it has there of its own. */
export interface TenantStatus extends PoolState, CircuitStatus {
  tenant: string;
  requestsTotal: number;
  failuresTotal: number;
  /** Reused connections that were dead, and replaced at once. */
  replacedTotal: number;
  /** Time to first byte over the last one to two minutes, in µs; 0 where there was none. */
  firstByteP50Us: number;
  firstByteP95Us: number;
  firstByteP99Us: number;
  /** Exchanges that run now. */
  running: number;
  /** Of them, streams. */
  streams: number;
  /** What its connections speak, `h2` or `http/1.1`; empty where none was made. */
  protocol: string;
}

/** What a tenant uses of its limits; a limit of 0 is none. */
export interface LimitStatus {
  tenant: string;
  running: number;
  /** Requests that wait for their turn. */
  waiting: number;
  /** Requests that were refused since the daemon's start. */
  refusedTotal: number;
  concurrent: number;
  queued: number;
  requestsPerSecond: number;
  bytesPerSecond: number;
}

export interface HealthResponse {
  type: MessageType.HealthResponse;
  healthy: boolean;
  message: string;
  activeRequests: number;
  availableCredits: number;
  /** Empty from a daemon without the extension. */
  version: string;
  capabilities: readonly string[];
  uptimeMs: number;
  streamsOpen: number;
  origins: readonly OriginStatus[];
  /** Of tenants that ask now, or that were refused or named; empty from a daemon that does not tell. */
  limits: readonly LimitStatus[];
}

export interface CreditUpdate {
  type: MessageType.CreditUpdate;
  /** The stream that is granted bytes; 0n in the public form of the message. */
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
  /** Body bytes that were forwarded. */
  bytes: number;
  timings: Timings;
  /** How long the failing side asks to wait; absent where it did not ask. */
  retryAfterMs?: number;
}

export interface Cancel {
  type: MessageType.Cancel;
  requestId: bigint;
}

/** The daemon is about to send the request upstream again. */
export interface StreamRetry {
  type: MessageType.StreamRetry;
  requestId: bigint;
  /** The number of the attempt to come; the first one was 1. */
  attempt: number;
  maxAttempts: number;
  /** How long it waits before that. */
  delayMs: number;
  /** What became of the attempt before, in words. */
  reason: string;
  /** Its HTTP status; absent where there was no answer. */
  statusCode?: number;
}

export type Message =
  | ExecuteRequest
  | ExecuteResponse
  | HealthCheck
  | HealthResponse
  | CreditUpdate
  | StreamStart
  | StreamChunk
  | StreamEnd
  | Cancel
  | StreamRetry;
