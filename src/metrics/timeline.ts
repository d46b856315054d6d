import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { type Amount, type Arrivals, createArrivalCounter } from './arrivals.js';
import { type Delivered, deliveredOf, estimateTokens, type TokenCounts } from './delivered.js';
import type { ExchangeMetrics, GapSummary, LoadFigures, PaintSummary, Phase } from './exchange.js';
import type { HopName } from './hops.js';
import { createProviderReport } from './provider-report.js';
import { speedOf } from './speed.js';
import { splitWait } from './wait-parts.js';

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
  /** How long the TCP handshake took when the connection was opened; kept for pooled connections. */
  handshakeUs?: number;
  attempts: number;
  /** How many dead reused connections the daemon replaced. */
  replaced?: number;
}

type Sent = Pick<DaemonTimings, 'attempts' | 'replaced'>;

export type OutputKind = 'text' | 'reasoning' | 'refusal' | 'tool_call';

/** Records the times of one exchange's events and computes its figures. All `atMs` are on one monotonic clock. */
export interface Timeline {
  /** The daemon is about to send the request again, as attempt number `attempt`. */
  retrying(attempt: number): void;
  /** The provider refused the request after the attempts in `sent`; the client sends a changed request at `atMs`. */
  resending(atMs: number, sent: Sent): void;
  headers(mark: {
    atMs: number;
    timings: DaemonTimings;
    buffered: boolean;
    /** Header names are in lower case. */
    headers?: Readonly<Record<string, string>>;
    /** The content coding of a compressed body. */
    coding?: string;
  }): void;
  /** Takes an event of the answer, in which the provider may report its times. */
  reported(members: Readonly<Record<string, unknown>>): void;
  /** Counts body bytes that reached this process at `atMs`. `decodedBytes` is `bytes` by default. */
  received(bytes: number, atMs: number, decodedBytes?: number): void;
  /**
   * Takes a piece of output that is not empty. For a tool call, `text` is its name and arguments.
   * `arrivedMs`: when its bytes reached this process. `decodedMs`: when the parser returned it.
   * `readUs`: when the daemon read its bytes, on the clock of `DaemonTimings`.
   */
  content(mark: {
    kind: OutputKind;
    text: string;
    arrivedMs: number;
    decodedMs: number;
    readUs?: number | undefined;
  }): void;
  usage(counts: TokenCounts): void;
  /** All content so far is on the screen since `atMs`. */
  painted(atMs: number): void;
  /** `timings` are added to the timings that came with the headers, and replace those of the same name. */
  end(atMs: number, timings?: DaemonTimings): void;
  snapshot(nowMs: number): ExchangeMetrics;
  /** Returns only the figures that a load test counts; cheap enough for thousands of calls a second. */
  figures(): LoadFigures;
}

/** A gap longer than this, and than `STALL_FACTOR` median gaps, is a stall. */
export const STALL_MS = 1000;
export const STALL_FACTOR = 10;

/**
 * @param sentMs When the request left the client.
 * @param summarizesGaps false: the snapshot has no `gaps`.
 * @param onGap Called with each gap between arrivals that carry output, in ms.
 * TTFT is the time from send to the first output, E2E to the last output, both on the client's clock. Gaps and speed
 * are measured between arrivals, on the daemon's clock when it sends one. docs/metrics.md defines all figures.
 */
export function createTimeline(
  sentMs: number,
  onGap: (ms: number) => void = () => {},
  summarizesGaps = true,
): Timeline {
  // Created at the first gap: a load test starts thousands of timelines, and many never have a gap.
  let gaps: RecordableHistogram | undefined;
  let longestGapMs = 0;
  let headersMs: number | undefined;
  let timings: DaemonTimings = { attempts: 0 };
  /** When the client sent the request that the provider accepted. */
  let resentMs = sentMs;
  /** Attempts of the requests that the provider refused before. */
  let refused: Required<Sent> = { attempts: 0, replaced: 0 };
  let buffered = false;
  let first: { arrivedMs: number; decodedMs: number; readUs?: number | undefined } | undefined;
  let lastMs = sentMs;
  let lastByteMs = sentMs;
  let paintedMs: number | undefined;
  /** When the oldest content arrived that is not on the screen yet. */
  let unpaintedMs: number | undefined;
  // Created at the first paint: a load test paints nothing.
  let paints: RecordableHistogram | undefined;
  let endMs: number | undefined;
  let bytes = 0;
  let decodedBytes = 0;
  let coding: string | undefined;
  const reasoning: Amount = { pieces: 0, tokens: 0 };
  const rest: Amount = { pieces: 0, tokens: 0 };
  let counted: TokenCounts | undefined;
  let provider: ReturnType<typeof createProviderReport> | undefined;
  const arrivals = createArrivalCounter((gapMs) => {
    onGap(gapMs);
    if (!summarizesGaps) return;
    longestGapMs = Math.max(longestGapMs, gapMs);
    gaps ??= createGapHistogram();
    gaps.record(Math.max(1, Math.round(gapMs * 1000)));
  });

  const gapSummary = (): GapSummary | undefined => {
    if (gaps === undefined) return undefined;
    const recorded = gaps;
    // A bucket's upper bound may exceed the longest gap in the bucket.
    const percentile = (share: number): number => Math.min(recorded.percentile(share) / 1000, longestGapMs);
    return { p50: percentile(50), p95: percentile(95), p99: percentile(99), max: longestGapMs };
  };

  const paintSummary = (): PaintSummary | undefined =>
    paints && { p50: paints.percentile(50) / 1000, p99: paints.percentile(99) / 1000 };

  const phaseAt = (nowMs: number, gap: GapSummary | undefined): Phase => {
    if (endMs !== undefined) return 'done';
    if (first !== undefined) {
      return nowMs - lastMs > Math.max(STALL_MS, STALL_FACTOR * (gap?.p50 ?? 0)) ? 'stalled' : 'streaming';
    }
    return headersMs === undefined ? 'waiting' : 'prefill';
  };

  // The rest of the time until the headers is the round trip between client and daemon; half of it counts here.
  const timeToFirstByte = (): number | undefined => {
    if (headersMs === undefined || buffered || timings.firstByteUs === undefined) return undefined;
    const atDaemonMs = timings.firstByteUs / 1000;
    return resentMs - sentMs + atDaemonMs + Math.max(0, headersMs - resentMs - atDaemonMs) / 2;
  };

  const hops = ({ hidden }: Delivered): ExchangeMetrics['hops'] => {
    if (buffered || headersMs === undefined) return {};
    const legs: ExchangeMetrics['hops'] = {};
    let before = 0;
    const leg = (name: HopName, untilUs: number | undefined): void => {
      if (untilUs === undefined) return;
      legs[name] = Math.max(0, untilUs - before) / 1000;
      before = untilUs;
    };
    leg('retries', timings.attemptUs);
    if (resentMs > sentMs) legs.retries = (legs.retries ?? 0) + resentMs - sentMs;
    leg('redirects', timings.redirectedUs);
    leg('queue', timings.queuedUs);
    leg('dns', timings.dnsUs);
    leg('connect', timings.connectUs);
    leg('tls', timings.tlsUs);
    leg('send', timings.sentUs);
    leg('wait', timings.firstByteUs);
    if (first?.readUs !== undefined) {
      leg(hidden > 0 ? 'thinking' : 'first_token', first.readUs);
      // The daemon's clock starts when it has read the request, so only the sum of both directions is known.
      const bothWays = Math.max(0, first.arrivedMs - resentMs - first.readUs / 1000);
      legs.client_to_daemon = bothWays / 2;
      legs.daemon_to_client = bothWays / 2;
      legs.decode = first.decodedMs - first.arrivedMs;
      if (paintedMs !== undefined) legs.paint = paintedMs - first.decodedMs;
    }
    return legs;
  };

  const figuresOf = (arrived: Arrivals, delivered: Delivered): LoadFigures => {
    const ttftMs = first === undefined || buffered ? undefined : first.arrivedMs - sentMs;
    const e2eMs = first === undefined ? undefined : lastMs - sentMs;
    const replaced = refused.replaced + (timings.replaced ?? 0);
    return {
      outputTokens: Math.round(delivered.tokens),
      tokensEstimated: delivered.estimated,
      attempts: refused.attempts + timings.attempts,
      speed: speedOf(arrived, delivered),
      hops: hops(delivered),
      ...(replaced > 0 && { replaced }),
      ...(ttftMs !== undefined && { ttftMs }),
      ...(e2eMs !== undefined && { e2eMs }),
      // No prompt is empty, so a zero means that the server does not fill in the field.
      ...(counted !== undefined && counted.promptTokens > 0 && { promptTokens: counted.promptTokens }),
      ...(counted?.cachedTokens !== undefined && { cachedTokens: counted.cachedTokens }),
    };
  };

  const snapshot = (nowMs: number): ExchangeMetrics => {
    const gap = buffered ? undefined : gapSummary();
    const phase = phaseAt(nowMs, gap);
    const arrived = arrivals.summary();
    const delivered = deliveredOf(counted, reasoning, rest);
    const figures = figuresOf(arrived, delivered);
    const ttfbMs = timeToFirstByte();
    const painted = paintSummary();
    const report = provider?.summary();
    const { handshakeUs } = timings;
    const handshakeMs = handshakeUs === undefined ? undefined : handshakeUs / 1000;
    const wait = splitWait(figures.hops, report?.times ?? [], handshakeMs);
    return {
      ...figures,
      phase,
      elapsedMs: (endMs ?? nowMs) - sentMs,
      chunks: arrived.total.pieces,
      arrivals: arrived.count,
      bytes,
      buffered,
      ...((wait.parts.length > 0 || wait.contradictions.length > 0) && { wait }),
      ...(report !== undefined && { provider: report }),
      ...(coding !== undefined && { compressed: { coding, decodedBytes } }),
      ...(phase === 'stalled' && { stalledMs: nowMs - lastMs }),
      ...(phase !== 'done' &&
        headersMs !== undefined && {
          quiet: {
            outputMs: nowMs - Math.max(lastMs, headersMs),
            byteMs: nowMs - Math.max(lastByteMs, headersMs),
          },
        }),
      ...(ttfbMs !== undefined && { ttfbMs }),
      ...(counted?.cacheWriteTokens !== undefined && { cacheWriteTokens: counted.cacheWriteTokens }),
      ...(delivered.hidden > 0 && { hiddenTokens: delivered.hidden }),
      ...(gap !== undefined && { gaps: gap }),
      ...(painted !== undefined && { paints: painted }),
    };
  };

  return {
    retrying(attempt) {
      timings = { attempts: attempt };
    },
    resending(atMs, { attempts, replaced = 0 }) {
      resentMs = atMs;
      refused = { attempts: refused.attempts + attempts, replaced: refused.replaced + replaced };
      timings = { attempts: 0 };
    },
    headers(mark) {
      headersMs = mark.atMs;
      timings = mark.timings;
      buffered = mark.buffered;
      coding = mark.coding;
      provider = mark.headers === undefined ? undefined : createProviderReport(mark.headers, Date.now());
    },
    reported(members) {
      provider?.event(members);
    },
    received(count, atMs, decoded = count) {
      bytes += count;
      decodedBytes += decoded;
      lastByteMs = atMs;
    },
    content(mark) {
      const { arrivedMs, readUs } = mark;
      first ??= mark;
      lastMs = arrivedMs;
      unpaintedMs ??= arrivedMs;
      const tokens = estimateTokens(mark.text);
      const amount = mark.kind === 'reasoning' ? reasoning : rest;
      amount.pieces += 1;
      amount.tokens += tokens;
      arrivals.add(readUs === undefined ? arrivedMs : readUs / 1000, tokens);
    },
    usage(counts) {
      counted = counts;
    },
    painted(atMs) {
      paintedMs ??= atMs;
      if (unpaintedMs === undefined) return;
      paints ??= createHistogram({ lowest: 1, highest: 60_000_000, figures: 2 });
      paints.record(Math.max(1, Math.round((atMs - unpaintedMs) * 1000)));
      unpaintedMs = undefined;
    },
    end(atMs, final) {
      endMs ??= atMs;
      timings = { ...timings, ...final };
    },
    snapshot,
    figures: () => figuresOf(arrivals.summary(), deliveredOf(counted, reasoning, rest)),
  };
}

/** Records gaps in µs, up to an hour, in bounded memory. A third significant figure would cost 190 KB a histogram. */
function createGapHistogram(): RecordableHistogram {
  return createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 2 });
}
