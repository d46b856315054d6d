import { DEFAULT_WINDOW_BYTES, MessageType } from '../protocol/constants.js';
import type { HealthResponse, OriginStatus } from '../protocol/messages.js';
import { VERSION } from '../version.js';

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
  origins: readonly OriginStatus[];
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
    origins: state.origins,
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
