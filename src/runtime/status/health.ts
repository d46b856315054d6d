import { VERSION } from '../../common/program/version.js';
import { systemClockMs } from '../../common/time/system-clock.js';
import { DEFAULT_WINDOW_BYTES, MessageType } from '../../protocol/constants.js';
import type {
  CircuitStatus,
  HealthResponse,
  LimitStatus,
  OriginStatus,
  PoolState,
  TenantStatus,
} from '../../protocol/health.js';
import type { Figures } from './statistics.js';

/** The features that clients can check for in the health response. */
const CAPABILITIES = ['request', 'stream', 'cancel', 'credits', 'health', 'retry'] as const;

export interface RuntimeState {
  stopping: boolean;
  /** By `systemClockMs`. */
  startedMs: number;
  requests: number;
  streams: number;
  /** Whether the daemon checks TLS certificates. */
  verified: boolean;
  pairs: readonly PairState[];
  limits: readonly LimitStatus[];
}

/** The daemon's state for one tenant at one origin. */
export interface PairState extends Pick<TenantStatus, keyof PoolState | keyof CircuitStatus | 'protocol'> {
  tenantId: string;
  origin: string;
  /** Absent before the first exchange of this pair. */
  figures?: Figures;
}

/** Builds the health frame from the daemon's state. `available_credits` is the window of a new stream. */
export function healthResponse(state: RuntimeState): HealthResponse {
  return {
    type: MessageType.HealthResponse,
    healthy: !state.stopping,
    message: messageFor(state),
    activeRequests: state.requests + state.streams,
    availableCredits: DEFAULT_WINDOW_BYTES,
    version: VERSION,
    capabilities: CAPABILITIES,
    // From the uptime, clients compute when the daemon started: they use the same system clock.
    uptimeMs: systemClockMs() - state.startedMs,
    streamsOpen: state.streams,
    origins: originsOf(state.pairs),
    limits: state.limits,
  };
}

/** Returns the health response for a client without the token. It only says how to get access. */
export function lockedResponse(message: string): HealthResponse {
  return {
    type: MessageType.HealthResponse,
    healthy: false,
    message,
    activeRequests: 0,
    availableCredits: 0,
    version: VERSION,
    capabilities: CAPABILITIES,
    uptimeMs: 0,
    streamsOpen: 0,
    origins: [],
    limits: [],
  };
}

function messageFor({ stopping, verified }: RuntimeState): string {
  const state = stopping ? 'stopping' : 'ok';
  return verified ? state : `${state}; TLS certificates are NOT verified (--insecure-skip-verify)`;
}

function originsOf(pairs: readonly PairState[]): OriginStatus[] {
  return Array.from(
    Map.groupBy(pairs, ({ origin }) => origin),
    ([origin, own]) => {
      const tenants = own.map(tenantOf);
      const sum = (of: (tenant: TenantStatus) => number): number =>
        tenants.reduce((total, tenant) => total + of(tenant), 0);
      const worst = tenants.reduce((one, other) => (severity(other) > severity(one) ? other : one));
      return {
        origin,
        poolOpen: sum((tenant) => tenant.poolOpen),
        poolBusy: sum((tenant) => tenant.poolBusy),
        poolQueued: sum((tenant) => tenant.poolQueued),
        circuit: worst.circuit,
        circuitRetryAtMs: worst.circuitRetryAtMs,
        retryBudget: Math.min(...tenants.map((tenant) => tenant.retryBudget)),
        tenants,
      };
    },
  );
}

const severity = ({ circuit }: TenantStatus): number => ['closed', 'half-open', 'open'].indexOf(circuit);

function tenantOf({ tenantId, origin: _, figures, ...state }: PairState): TenantStatus {
  const { p50Us = 0, p95Us = 0, p99Us = 0 } = figures?.latency() ?? {};
  const { request = 0, stream = 0 } = figures?.running ?? {};
  return {
    ...state,
    tenant: tenantId,
    requestsTotal: figures?.total ?? 0,
    failuresTotal: figures?.failed ?? 0,
    replacedTotal: figures?.replaced ?? 0,
    firstByteP50Us: p50Us,
    firstByteP95Us: p95Us,
    firstByteP99Us: p99Us,
    running: request + stream,
    streams: stream,
  };
}
