import { DEFAULT_WINDOW_BYTES, MessageType } from '../protocol/constants.js';
import type { HealthResponse, TenantStatus } from '../protocol/messages.js';
import { VERSION } from '../version.js';
import type { OriginState } from './policy/policies.js';
import type { Figures } from './statistics.js';

/** What a client may rely on beyond the public protocol. */
const CAPABILITIES = ['request', 'stream', 'cancel', 'credits', 'health', 'retry'] as const;

export interface RuntimeState {
  stopping: boolean;
  /** Unix time in ms. */
  startedAtMs: number;
  requests: number;
  streams: number;
  /** Whether servers must prove who they are. */
  verified: boolean;
  origins: readonly OriginState[];
  figures: readonly Figures[];
}

/** The daemon's state as the health frame tells it. `available_credits` is a new stream's window. */
export function healthResponse(state: RuntimeState): HealthResponse {
  return {
    type: MessageType.HealthResponse,
    healthy: !state.stopping,
    message: messageFor(state),
    activeRequests: state.requests + state.streams,
    availableCredits: DEFAULT_WINDOW_BYTES,
    version: VERSION,
    capabilities: CAPABILITIES,
    // By the wall clock, so that whoever asks can tell when the daemon was started.
    uptimeMs: Math.max(0, Date.now() - state.startedAtMs),
    streamsOpen: state.streams,
    origins: state.origins.map((one) => ({ ...one, tenants: tenantsOf(one.origin, state.figures) })),
  };
}

/** What a client without the token is told: how to get in, and nothing else. */
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
  };
}

function messageFor({ stopping, verified }: RuntimeState): string {
  const state = stopping ? 'stopping' : 'ok';
  return verified ? state : `${state}; TLS certificates are NOT verified (--insecure-skip-verify)`;
}

/** Each tenant's figures with one origin. */
function tenantsOf(origin: string, figures: readonly Figures[]): TenantStatus[] {
  return figures
    .filter((one) => one.origin === origin)
    .map((one) => {
      const { p50Us, p95Us, p99Us } = one.latency();
      return {
        tenant: one.tenantId,
        requestsTotal: one.total,
        failuresTotal: one.failed,
        firstByteP50Us: p50Us,
        firstByteP95Us: p95Us,
        firstByteP99Us: p99Us,
      };
    });
}
