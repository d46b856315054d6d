import type { MessageType } from './constants.js';

/** `open`: requests are refused, because the provider keeps failing. `half-open`: one request probes it. */
export type CircuitState = 'closed' | 'open' | 'half-open';

/** Connections to an origin. With HTTP/2 one connection can carry many requests. */
export interface PoolState {
  poolOpen: number;
  /** Running requests. */
  poolBusy: number;
  /** Requests that wait for a connection. */
  poolQueued: number;
}

/** A circuit breaker, and the budget for retries. */
export interface CircuitStatus {
  circuit: CircuitState;
  /** Unix time in ms of the next probe of an open circuit; 0 otherwise. */
  circuitRetryAtMs: number;
  /** How many retries the budget allows now. */
  retryBudget: number;
}

/** The daemon's state for one upstream origin: the sum of its pools, and the worst of its circuits and budgets. */
export interface OriginStatus extends PoolState, CircuitStatus {
  origin: string;
  /** Empty when the daemon does not report it. */
  tenants: readonly TenantStatus[];
}

/** One tenant's exchanges with an origin, and its pool, circuit and budget there. */
export interface TenantStatus extends PoolState, CircuitStatus {
  tenant: string;
  requestsTotal: number;
  failuresTotal: number;
  /** Reused connections that were dead and that the daemon replaced at once. */
  replacedTotal: number;
  /** Time to first byte over the last one to two minutes, in µs; 0 without exchanges. */
  firstByteP50Us: number;
  firstByteP95Us: number;
  firstByteP99Us: number;
  /** Running exchanges. */
  running: number;
  /** How many of them are streams. */
  streams: number;
  /** The protocol of its connections, `h2` or `http/1.1`; empty before the first connection. */
  protocol: string;
}

/** How much of its limits a tenant uses; a limit of 0 means unlimited. */
export interface LimitStatus {
  tenant: string;
  running: number;
  /** Queued requests. */
  waiting: number;
  /** Requests refused since the daemon started. */
  refusedTotal: number;
  concurrent: number;
  queued: number;
  requestsPerSecond: number;
  bytesPerSecond: number;
}

/** The health of a daemon of vastar-tui. */
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
  /**
   * Tenants with running requests, refused requests or separate limits; empty when the daemon does not report them.
   */
  limits: readonly LimitStatus[];
}
