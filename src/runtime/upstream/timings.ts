import { nowMs } from '../../common/time/now-ms.js';
import type { Timings } from '../../protocol/messages.js';

/** Returns the time in whole microseconds, on this process's monotonic clock. */
export function nowUs(): number {
  return Math.trunc(nowMs() * 1000);
}

/** Reads closer to each other than this are probably of one turn of the event loop. */
const CLOSE_US = 100;

let lastReadUs = Number.NEGATIVE_INFINITY;
/** The time that the reads of this turn of the event loop share, on the clock of `nowUs`; undefined before. */
let turnReadUs: number | undefined;

/**
 * Returns when the current bytes were read. All reads of one turn of the event loop share a time, because their bytes
 * had already arrived at its start.
 */
export function readNowUs(): number {
  if (turnReadUs !== undefined) return turnReadUs;
  const readUs = nowUs();
  // Share the time until the turn's reads are over: immediates run right after them. A lone read needs no immediate,
  // which would cost another turn of the event loop.
  if (readUs - lastReadUs < CLOSE_US) {
    turnReadUs = readUs;
    setImmediate(endTurn);
  }
  lastReadUs = readUs;
  return readUs;
}

function endTurn(): void {
  turnReadUs = undefined;
}

/** When the steps of opening an upstream connection ended, on the clock of `nowUs`. */
export interface ConnectionTimes {
  startUs: number;
  /** Duration of the TCP handshake alone, in µs. */
  handshakeUs?: number;
  /** Absent when the host is an IP address. */
  dnsUs?: number;
  connectUs?: number;
  /** Absent without TLS. */
  tlsUs?: number;
  protocol: 'http/1.1' | 'h2';
  /** Whether a request has been sent over the connection. */
  used: boolean;
}

/** Records the times of one exchange, including all attempts. */
export interface Timeline {
  /** The times recorded so far. */
  readonly timings: Readonly<Timings>;
  /** The protocol of the connection that carries the request; undefined before it has one. */
  readonly protocol: ConnectionTimes['protocol'] | undefined;
  /** Returns the microseconds since the daemon read the request's last byte. */
  elapsedUs(): number;
  /**
   * Like `elapsedUs`, for bytes of the response that were just read: many reads of one turn of the event loop share a
   * time.
   */
  readUs(): number;
  /**
   * Call this before a request is sent upstream. It starts a new attempt unless `continueAttempt` was called before.
   */
  beginAttempt(): void;
  /** Makes the next request upstream part of the current attempt. */
  continueAttempt(because: 'redirected' | 'replaced'): void;
  /** Records the connection that carries the attempt's request. */
  takeConnection(connection: ConnectionTimes): void;
  mark(point: 'sentUs' | 'firstByteUs' | 'lastByteUs'): void;
}

/** @param startUs when the daemon read the request's last byte; all times are relative to it */
export function createTimeline(startUs: number): Timeline {
  return new ExchangeTimeline(startUs);
}

// A class, because its objects cost less than closures: a load test creates thousands of timelines a second.
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

  readUs(): number {
    // Bytes can be read without a new turn, e.g. when a paused response continues. The shared time can then be before
    // the request was sent.
    return Math.max(readNowUs() - this.#startUs, this.timings.sentUs ?? 0);
  }

  beginAttempt(): void {
    const next = this.#next;
    this.#next = 'attempt';
    // The times of the previous request are dropped.
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
    // The time on a dead connection is not part of this attempt: the attempt begins now.
    const from = next === 'replaced' && redirectedUs === undefined ? this.elapsedUs() : attemptUs;
    if (from !== undefined) timings.attemptUs = from;
    const again = next === 'replaced' && redirectedUs !== undefined;
    const began = next === 'redirected' || again ? this.elapsedUs() : redirectedUs;
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
    // A reused connection cost this request no time to connect, and neither did one that was opened for a cancelled
    // request.
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
    const { timings } = this;
    // A store to a computed name takes longer.
    if (point === 'sentUs') timings.sentUs = this.elapsedUs();
    else if (point === 'firstByteUs') timings.firstByteUs = this.readUs();
    else timings.lastByteUs = this.readUs();
  }
}

/** Returns the count, or nothing when it is 0. */
function withCount(name: 'redirects' | 'replaced', count: number): Partial<Timings> {
  return count === 0 ? {} : { [name]: count };
}
