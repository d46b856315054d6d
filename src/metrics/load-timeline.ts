import type { Usage } from '../common/chat/usage.js';
import { type Amount, type Arrivals, createArrivalCounter } from './arrivals.js';
import { type Delivered, deliveredOf, estimateTokens } from './delivered.js';
import type { LoadFigures } from './exchange.js';
import type { Hops } from './hops.js';
import { speedOf } from './speed.js';

/** The daemon's timings, in µs since it finished reading the request (docs/protocol.md, Timings). */
export interface DaemonTimings {
  /** When the last attempt began, after earlier attempts and their waits. Absent for a first attempt. */
  attemptUs?: number;
  /** When the request to the last redirect's address began. Absent without a redirect. */
  redirectedUs?: number;
  queuedUs?: number;
  dnsUs?: number;
  connectUs?: number;
  tlsUs?: number;
  sentUs?: number;
  firstByteUs?: number;
  /** How long the TCP handshake took when the connection was opened; also present when the connection was pooled. */
  handshakeUs?: number;
  attempts: number;
  /** Number of dead reused connections that the daemon replaced. */
  replaced?: number;
}

type Sent = Pick<DaemonTimings, 'attempts' | 'replaced'>;

export type OutputKind = 'text' | 'reasoning' | 'refusal' | 'tool_call';

/** A piece of output that is not empty. */
export interface ContentMark {
  kind: OutputKind;
  /** For a tool call, its name and arguments. */
  text: string;
  /** When its bytes reached this process. */
  arrivedMs: number;
  /** When the parser returned it. */
  decodedMs: number;
  /** When the daemon read its bytes, on the clock of `DaemonTimings`. */
  readUs?: number | undefined;
}

/**
 * Records the times of one exchange that a load test needs, with few objects: a test has thousands of exchanges a
 * second. All times named `…Ms` are on one monotonic clock. docs/metrics.md defines all figures.
 */
export class LoadTimeline {
  headersMs: number | undefined;
  timings: DaemonTimings = NOT_SENT;
  buffered = false;
  first: ContentMark | undefined;
  lastMs: number;
  paintedMs: number | undefined;
  /** When the client sent the request that the provider accepted. */
  resentMs: number;
  readonly #sentMs: number;
  /** Attempts of the requests that the provider refused before. */
  #refused: Required<Sent> = NONE_REFUSED;
  readonly #reasoning: Amount = { pieces: 0, tokens: 0 };
  readonly #rest: Amount = { pieces: 0, tokens: 0 };
  readonly #onGap: (ms: number) => void;
  #arrivals: ReturnType<typeof createArrivalCounter>;
  #counted: Usage | undefined;

  /**
   * @param sentMs when the request left the client
   * @param onGap called with each gap between arrivals that carry output, in ms
   */
  constructor(sentMs: number, onGap: (ms: number) => void) {
    this.#sentMs = sentMs;
    this.lastMs = sentMs;
    this.resentMs = sentMs;
    this.#onGap = onGap;
    this.#arrivals = createArrivalCounter(onGap);
  }

  /** Records that the daemon is about to send the request again, as attempt number `attempt`. */
  retrying(attempt: number): void {
    this.timings = { attempts: attempt };
  }

  /**
   * Records that the provider refused the request after the attempts in `sent`, and that the client sends a changed
   * request at `atMs`.
   */
  resending(atMs: number, { attempts, replaced = 0 }: Sent): void {
    const refused = this.#refused;
    this.resentMs = atMs;
    this.#refused = { attempts: refused.attempts + attempts, replaced: refused.replaced + replaced };
    this.timings = NOT_SENT;
  }

  headers(atMs: number, timings: DaemonTimings, buffered: boolean): void {
    this.headersMs = atMs;
    this.timings = timings;
    this.buffered = buffered;
  }

  content(mark: ContentMark): void {
    const { arrivedMs, readUs } = mark;
    this.first ??= mark;
    this.lastMs = arrivedMs;
    const tokens = estimateTokens(mark.text);
    const amount = mark.kind === 'reasoning' ? this.#reasoning : this.#rest;
    amount.pieces += 1;
    amount.tokens += tokens;
    this.#arrivals.add(readUs === undefined ? arrivedMs : readUs / 1000, tokens);
  }

  /** Counts pieces of output that only a later event reports. */
  withheld(pieces: number, arrivedMs: number, readUs: number | undefined): void {
    for (let left = pieces; left > 0; left -= 1)
      this.content({ kind: 'text', text: '', arrivedMs, decodedMs: performance.now(), readUs });
  }

  /** Records that the text so far turned out to be reasoning, or is replaced because the answer begins again. */
  split(restarted: boolean): void {
    const { pieces, tokens } = this.#rest;
    Object.assign(this.#rest, NOTHING);
    if (restarted) {
      Object.assign(this.#reasoning, NOTHING);
      this.#arrivals = createArrivalCounter(this.#onGap);
    } else {
      this.#reasoning.pieces += pieces;
      this.#reasoning.tokens += tokens;
    }
  }

  usage(counts: Usage): void {
    this.#counted = counts;
  }

  /** Adds timings to those that came with the headers. They replace those of the same name. */
  timed(timings: DaemonTimings | undefined): void {
    if (timings !== undefined && timings !== this.timings) this.timings = { ...this.timings, ...timings };
  }

  get arrived(): Arrivals {
    return this.#arrivals.summary();
  }

  get delivered(): Delivered {
    return deliveredOf(this.#counted, this.#reasoning, this.#rest);
  }

  get counted(): Usage | undefined {
    return this.#counted;
  }

  figures(arrived = this.arrived, delivered = this.delivered): LoadFigures {
    const { first, timings } = this;
    const counted = this.#counted;
    const refused = this.#refused;
    const replaced = refused.replaced + (timings.replaced ?? 0);
    const figures: LoadFigures = {
      outputTokens: Math.round(delivered.tokens),
      tokensEstimated: delivered.estimated,
      attempts: refused.attempts + timings.attempts,
      speed: speedOf(arrived, delivered, first === undefined ? 0 : first.arrivedMs - this.resentMs),
      hops: this.#hops(delivered),
    };
    if (replaced > 0) figures.replaced = replaced;
    if (first !== undefined) {
      if (!this.buffered) figures.ttftMs = first.arrivedMs - this.#sentMs;
      figures.e2eMs = this.lastMs - this.#sentMs;
    }
    if (counted !== undefined) {
      // No prompt has 0 tokens, so a zero means that the server does not fill in the field.
      if (counted.promptTokens > 0) figures.promptTokens = counted.promptTokens;
      if (counted.cachedTokens !== undefined) figures.cachedTokens = counted.cachedTokens;
    }
    return figures;
  }

  #hops({ hidden }: Delivered): Hops {
    const { timings, first, resentMs } = this;
    const hops: Hops = {};
    if (this.buffered || this.headersMs === undefined) return hops;
    let before = 0;
    const until = (us: number): number => {
      const ms = Math.max(0, us - before) / 1000;
      before = us;
      return ms;
    };
    if (timings.attemptUs !== undefined) hops.retries = until(timings.attemptUs);
    if (resentMs > this.#sentMs) hops.retries = (hops.retries ?? 0) + resentMs - this.#sentMs;
    if (timings.redirectedUs !== undefined) hops.redirects = until(timings.redirectedUs);
    if (timings.queuedUs !== undefined) hops.queue = until(timings.queuedUs);
    if (timings.dnsUs !== undefined) hops.dns = until(timings.dnsUs);
    if (timings.connectUs !== undefined) hops.connect = until(timings.connectUs);
    if (timings.tlsUs !== undefined) hops.tls = until(timings.tlsUs);
    if (timings.sentUs !== undefined) hops.send = until(timings.sentUs);
    if (timings.firstByteUs !== undefined) hops.wait = until(timings.firstByteUs);
    if (first?.readUs !== undefined) {
      hops[hidden > 0 ? 'thinking' : 'first_token'] = until(first.readUs);
      // The daemon's clock starts when it has read the request, so only the sum of both directions is known.
      const bothWays = Math.max(0, first.arrivedMs - resentMs - first.readUs / 1000);
      hops.client_to_daemon = bothWays / 2;
      hops.daemon_to_client = bothWays / 2;
      hops.decode = first.decodedMs - first.arrivedMs;
      if (this.paintedMs !== undefined) hops.paint = this.paintedMs - first.decodedMs;
    }
    return hops;
  }
}

const NOTHING: Readonly<Amount> = { pieces: 0, tokens: 0 };
const NOT_SENT: DaemonTimings = { attempts: 0 };
const NONE_REFUSED = { attempts: 0, replaced: 0 };
