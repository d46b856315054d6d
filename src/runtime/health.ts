import { DEFAULT_WINDOW_BYTES, MessageType } from '../protocol/constants.js';
import type { HealthResponse, TenantStatus } from '../protocol/messages.js';
import { VERSION } from '../version.js';
import type { PoolStatus } from './http-transport.js';
import type { Figures } from './statistics.js';

/** What a client may rely on beyond the public protocol. */
const CAPABILITIES = ['request', 'stream', 'cancel', 'credits', 'health'] as const;

export interface RuntimeState {
  stopping: boolean;
  /** Unix time in ms. */
  startedAtMs: number;
  requests: number;
  streams: number;
  pools: readonly PoolStatus[];
  figures: readonly Figures[];
}

/** The daemon's state as the health frame tells it. `available_credits` is a new stream's window. */
export function healthResponse(state: RuntimeState): HealthResponse {
  return {
    type: MessageType.HealthResponse,
    healthy: !state.stopping,
    message: state.stopping ? 'stopping' : 'ok',
    activeRequests: state.requests + state.streams,
    availableCredits: DEFAULT_WINDOW_BYTES,
    version: VERSION,
    capabilities: CAPABILITIES,
    // By the wall clock, so that whoever asks can tell when the daemon was started.
    uptimeMs: Math.max(0, Date.now() - state.startedAtMs),
    streamsOpen: state.streams,
    origins: state.pools.map(({ origin, open, busy, queued }) => ({
      origin,
      poolOpen: open,
      poolBusy: busy,
      poolQueued: queued,
      circuit: 'closed',
      circuitRetryAtMs: 0,
      retryBudget: 0,
      tenants: tenantsOf(origin, state.figures),
    })),
  };
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
