/** What one client, or all of them, may use at most. */
export interface Limits {
  /** Bytes of a client's frame, its type byte included. */
  frameBytes: number;
  /** Connections at once. */
  connections: number;
  /** Requests and streams at once on one connection. */
  requestsPerConnection: number;
  /** How long a client may send nothing while nothing of it runs, in ms; 0 = for ever. */
  clientIdleMs: number;
  /** How long a provider may send nothing, in ms; 0 = for ever. */
  upstreamIdleMs: number;
  /** Bytes of a provider's response headers. */
  responseHeaderBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  frameBytes: 10 * 1024 * 1024,
  connections: 1024,
  requestsPerConnection: 4096,
  // A dead client's socket is closed by the kernel: all clients are on this machine.
  clientIdleMs: 0,
  upstreamIdleMs: 300_000,
  responseHeaderBytes: 64 * 1024,
};
