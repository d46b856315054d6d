import { DEFAULT_WINDOW_BYTES, MessageType } from '../protocol/constants.js';
import type { HealthResponse } from '../protocol/messages.js';
import { VERSION } from '../version.js';
import type { PoolStatus } from './http-transport.js';

/** What a client may rely on beyond the public protocol. */
const CAPABILITIES = ['request', 'stream', 'cancel', 'credits', 'health'] as const;

export interface RuntimeState {
  stopping: boolean;
  /** Unix time in ms. */
  startedAtMs: number;
  requests: number;
  streams: number;
  pools: readonly PoolStatus[];
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
    })),
  };
}
