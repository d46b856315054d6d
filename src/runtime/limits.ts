/** What one client, or all of them, may use at most; and how long the daemon waits for whom. */
export interface Limits {
  /** Bytes of a client's frame, its type byte included. */
  frameBytes: number;
  /** How long a client's frame may stay half sent, in ms. */
  frameTimeoutMs: number;
  /** Connections at once. */
  connections: number;
  /** Requests and streams at once on one connection. */
  requestsPerConnection: number;
  /** How long a client may send nothing while nothing of it runs, in ms; 0 = for ever. */
  clientIdleMs: number;
  /** Connections of one tenant to one origin; further requests wait for one. */
  upstreamConnections: number;
  /** Requests at once on one HTTP/2 connection, where the server allows as many. */
  streamsPerConnection: number;
  /** How long a connection to a provider may take to come about, in ms. */
  connectTimeoutMs: number;
  /** How long a provider may send nothing, in ms; 0 = for ever. */
  upstreamIdleMs: number;
  /** How long an unused connection is kept, in ms, where the server names no limit. */
  keepAliveMs: number;
  /** Bytes of a provider's response headers. */
  responseHeaderBytes: number;
  /** How long running exchanges may take to finish when the daemon is stopped, in ms. */
  drainMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  frameBytes: 10 * 1024 * 1024,
  frameTimeoutMs: 10_000,
  connections: 1024,
  requestsPerConnection: 4096,
  // A dead client's socket is closed by the kernel: all clients are on this machine.
  clientIdleMs: 0,
  upstreamConnections: 1024,
  streamsPerConnection: 100,
  connectTimeoutMs: 10_000,
  upstreamIdleMs: 300_000,
  keepAliveMs: 45_000,
  responseHeaderBytes: 64 * 1024,
  drainMs: 10_000,
};
