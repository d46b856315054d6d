import type { Timings } from '../../protocol/messages.js';

/** Microseconds on this process's monotonic clock, whole. */
export function nowUs(): number {
  return Math.trunc(performance.now() * 1000);
}

/** When an upstream connection came to be, on the clock of `nowUs`. */
export interface ConnectionTimes {
  startUs: number;
  /** Of the TCP connection alone, in µs. */
  handshakeUs?: number;
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
  /** A request is about to be sent upstream: a new attempt, unless `continueAttempt` was called before. */
  beginAttempt(): void;
  /** The next request upstream is a part of this attempt, for this reason. */
  continueAttempt(because: 'redirected' | 'replaced'): void;
  /** The attempt has the connection that its request goes out on. */
  takeConnection(connection: ConnectionTimes): void;
  mark(point: 'sentUs' | 'firstByteUs' | 'lastByteUs'): void;
}

/** @param startUs when the daemon read the request's last byte; every point is relative to it. */
export function createTimeline(startUs: number): Timeline {
  return new ExchangeTimeline(startUs);
}

// A class: a load test makes thousands of them a second.
class ExchangeTimeline implements Timeline {
  timings: Timings = { reused: false, attempts: 0 };
  protocol: ConnectionTimes['protocol'] | undefined;
  readonly #startUs: number;
  #next: 'attempt' | 'redirected' | 'replaced' = 'attempt';

  constructor(startUs: number) {
    this.#startUs = startUs;
  }

  elapsedUs(): number {
    return nowUs() - this.#startUs;
  }

  beginAttempt(): void {
    const next = this.#next;
    this.#next = 'attempt';
    // The points of the request before are forgotten.
    const { attempts, attemptUs, redirectedUs, redirects = 0, replaced = 0 } = this.timings;
    if (attempts === 0) {
      this.timings = { reused: false, attempts: 1 };
      return;
    }
    const counts = {
      attempts: attempts + (next === 'replaced' ? 0 : 1),
      ...withCount('redirects', redirects + (next === 'redirected' ? 1 : 0)),
      ...withCount('replaced', replaced + (next === 'replaced' ? 1 : 0)),
    };
    const timings: Timings = { reused: false, ...counts };
    this.timings = timings;
    if (next === 'attempt') {
      timings.attemptUs = this.elapsedUs();
      return;
    }
    if (attemptUs !== undefined) timings.attemptUs = attemptUs;
    const began = next === 'redirected' ? this.elapsedUs() : redirectedUs;
    if (began !== undefined) timings.redirectedUs = began;
  }

  continueAttempt(because: 'redirected' | 'replaced'): void {
    this.#next = because;
  }

  takeConnection(connection: ConnectionTimes): void {
    const { timings } = this;
    const startUs = this.#startUs;
    this.protocol = connection.protocol;
    timings.reused = connection.used;
    connection.used = true;
    if (connection.handshakeUs !== undefined) timings.handshakeUs = connection.handshakeUs;
    // A connection that was opened for a request since cancelled was not waited for by this one.
    if (timings.reused || connection.startUs < startUs) {
      timings.queuedUs = nowUs() - startUs;
      return;
    }
    timings.queuedUs = connection.startUs - startUs;
    if (connection.dnsUs !== undefined) timings.dnsUs = connection.dnsUs - startUs;
    if (connection.connectUs !== undefined) timings.connectUs = connection.connectUs - startUs;
    if (connection.tlsUs !== undefined) timings.tlsUs = connection.tlsUs - startUs;
  }

  mark(point: 'sentUs' | 'firstByteUs' | 'lastByteUs'): void {
    this.timings[point] = nowUs() - this.#startUs;
  }
}

/** A count that is absent when it is 0. */
function withCount(name: 'redirects' | 'replaced', count: number): Partial<Timings> {
  return count === 0 ? {} : { [name]: count };
}
