import type { Timings } from '../../protocol/messages.js';

/** Microseconds on this process's monotonic clock, whole. */
export function nowUs(): number {
  return Math.trunc(performance.now() * 1000);
}

/** When an upstream connection came to be, on the clock of `nowUs`. */
export interface ConnectionTimes {
  startUs: number;
  /** Absent where the host is an address. */
  dnsUs?: number;
  connectUs?: number;
  /** Absent without TLS. */
  tlsUs?: number;
  protocol: 'http/1.1' | 'h2';
  /** A request has been sent over it. */
  used: boolean;
}

/** One exchange's timeline, all attempts included. */
export interface Timeline {
  /** What is known so far. */
  readonly timings: Readonly<Timings>;
  /** What the connection speaks that the request went out on; undefined before. */
  readonly protocol: ConnectionTimes['protocol'] | undefined;
  /** Microseconds since the request's last byte was read. */
  elapsedUs(): number;
  /** A request is about to be sent upstream; the points of the attempt before are forgotten. */
  beginAttempt(): void;
  /** The attempt has the connection that its request goes out on. */
  takeConnection(connection: ConnectionTimes): void;
  mark(point: 'sentUs' | 'firstByteUs' | 'lastByteUs'): void;
}

/** @param startUs when the daemon read the request's last byte; every point is told relative to it. */
export function createTimeline(startUs: number): Timeline {
  let timings: Timings = { reused: false, attempts: 0 };
  let protocol: ConnectionTimes['protocol'] | undefined;
  return {
    get timings() {
      return timings;
    },
    get protocol() {
      return protocol;
    },
    elapsedUs: () => nowUs() - startUs,
    beginAttempt() {
      timings = { reused: false, attempts: timings.attempts + 1 };
    },
    takeConnection(connection) {
      protocol = connection.protocol;
      timings.reused = connection.used;
      connection.used = true;
      // A connection that was opened for a request since cancelled was not waited for by this one.
      if (timings.reused || connection.startUs < startUs) {
        timings.queuedUs = nowUs() - startUs;
        return;
      }
      timings.queuedUs = connection.startUs - startUs;
      if (connection.dnsUs !== undefined) timings.dnsUs = connection.dnsUs - startUs;
      if (connection.connectUs !== undefined) timings.connectUs = connection.connectUs - startUs;
      if (connection.tlsUs !== undefined) timings.tlsUs = connection.tlsUs - startUs;
    },
    mark(point) {
      timings[point] = nowUs() - startUs;
    },
  };
}
