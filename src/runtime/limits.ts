/** The daemon's limits in bytes, connections, requests and time. */
export interface Limits {
  /** The most bytes of a client's frame, including its type byte. */
  frameBytes: number;
  /** Longest time for a client to send a whole frame, in ms. */
  frameTimeoutMs: number;
  /** The most client connections at a time. */
  connections: number;
  /** The most requests and streams at a time on one connection. */
  requestsPerConnection: number;
  /** How long a client without running exchanges may be silent, in ms; 0 = no limit. */
  clientIdleMs: number;
  /** The most connections of one tenant to one origin; further requests wait for one. */
  upstreamConnections: number;
  /** The most requests at a time on one HTTP/2 connection, if the server allows as many. */
  streamsPerConnection: number;
  /** Longest time to connect to a provider, in ms. */
  connectTimeoutMs: number;
  /** How long a provider may be silent, in ms; 0 = no limit. */
  upstreamIdleMs: number;
  /** How long an unused connection is kept, in ms, unless the server names a limit. */
  keepAliveMs: number;
  /** The most bytes of a provider's response headers. */
  responseHeaderBytes: number;
  /** How long running exchanges have to finish when the daemon stops, in ms. */
  drainMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  frameBytes: 10 * 1024 * 1024,
  frameTimeoutMs: 10_000,
  connections: 1024,
  requestsPerConnection: 4096,
  // All clients are on this machine, so the kernel closes a dead client's socket.
  clientIdleMs: 0,
  upstreamConnections: 1024,
  streamsPerConnection: 100,
  connectTimeoutMs: 10_000,
  upstreamIdleMs: 300_000,
  keepAliveMs: 45_000,
  responseHeaderBytes: 64 * 1024,
  drainMs: 10_000,
};
