import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { ExchangeMetrics, GapSummary, HopName, PaintSummary, Phase } from './exchange.js';

/** The daemon's part of the timeline, in µs since it had read the request (docs/protocol.md, Timings). */
export interface DaemonTimings {
  queuedUs?: number;
  dnsUs?: number;
  connectUs?: number;
  tlsUs?: number;
  sentUs?: number;
  firstByteUs?: number;
  attempts: number;
}

/** Collects one exchange's moments and computes its figures. All `atMs` are on one monotonic clock. */
export interface Timeline {
  /** The request is to be sent again, as attempt number `attempt`. */
  retrying(attempt: number): void;
  headers(mark: { atMs: number; timings: DaemonTimings; buffered: boolean }): void;
  /** Body bytes of any kind. */
  received(bytes: number): void;
  /**
   * A delta with non-empty content or reasoning.
   * `arrivedMs`: its bytes reached this process; `decodedMs`: it came out of the parser;
   * `readUs`: the daemon read its bytes, on the clock of its timings.
   */
  content(mark: { text: string; arrivedMs: number; decodedMs: number; readUs?: number }): void;
  usage(counts: { promptTokens: number; completionTokens: number }): void;
  /** All content that has come by now is on the screen. */
  painted(atMs: number): void;
  end(atMs: number, timings?: DaemonTimings): void;
  snapshot(nowMs: number): ExchangeMetrics;
}

const STALL_MS = 1000;
const STALL_FACTOR = 10;
/** Fewer chunks than this say nothing about a rate. */
const MIN_CHUNKS_FOR_RATE = 3;
/** Content that came within this time came in one burst. */
const BURST_MS = 1;

/**
 * @param sentMs When the request left the client.
 * Definitions as in vLLM's serving benchmark and AIPerf: TTFT is the first non-empty delta since send, E2E the
 * last, TPOT (E2E - TTFT) / (tokens - 1), ICL the gap between content chunks.
 */
export function createTimeline(sentMs: number): Timeline {
  // Gaps in µs, up to an hour: bounded however long the answer is. A third significant figure would cost each
  // exchange 0.2 ms and 190 KB at its start, which shows where hundreds start at once.
  const gaps = createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 2 });
  let longestGapMs = 0;
  let headersMs: number | undefined;
  let timings: DaemonTimings = { attempts: 0 };
  let buffered = false;
  let first: { arrivedMs: number; decodedMs: number; readUs?: number } | undefined;
  let lastMs = sentMs;
  let paintedMs: number | undefined;
  /** When the oldest content came that is not on the screen yet. */
  let unpaintedMs: number | undefined;
  // Only where content is shown: a load test starts hundreds of timelines that never are.
  let paints: RecordableHistogram | undefined;
  let endMs: number | undefined;
  let chunks = 0;
  let bytes = 0;
  let estimate = 0;
  let counted: { promptTokens: number; completionTokens: number } | undefined;

  const gapSummary = (): GapSummary | undefined => {
    if (chunks < 2) return undefined;
    // A bucket's upper end may lie above the longest gap in it.
    const percentile = (share: number): number => Math.min(gaps.percentile(share) / 1000, longestGapMs);
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

  // What is left of the time until the headers arrived is the way to the daemon and back: half of it each.
  const timeToFirstByte = (): number | undefined => {
    if (headersMs === undefined || buffered || timings.firstByteUs === undefined) return undefined;
    const atDaemonMs = timings.firstByteUs / 1000;
    return atDaemonMs + Math.max(0, headersMs - sentMs - atDaemonMs) / 2;
  };

  const hops = (): ExchangeMetrics['hops'] => {
    if (buffered || headersMs === undefined) return {};
    const legs: ExchangeMetrics['hops'] = {};
    let before = 0;
    const leg = (name: HopName, untilUs: number | undefined): void => {
      if (untilUs === undefined) return;
      legs[name] = Math.max(0, untilUs - before) / 1000;
      before = untilUs;
    };
    leg('queue', timings.queuedUs);
    leg('dns', timings.dnsUs);
    leg('connect', timings.connectUs);
    leg('tls', timings.tlsUs);
    leg('send', timings.sentUs);
    leg('wait', timings.firstByteUs);
    if (first?.readUs !== undefined) {
      leg('first_token', first.readUs);
      // The daemon's clock starts when it has read the request, so only the sum of both ways is known.
      const bothWays = Math.max(0, first.arrivedMs - sentMs - first.readUs / 1000);
      legs.client_to_daemon = bothWays / 2;
      legs.daemon_to_client = bothWays / 2;
      legs.decode = first.decodedMs - first.arrivedMs;
      if (paintedMs !== undefined) legs.paint = paintedMs - first.decodedMs;
    }
    return legs;
  };

  const snapshot = (nowMs: number): ExchangeMetrics => {
    const gap = buffered ? undefined : gapSummary();
    const phase = phaseAt(nowMs, gap);
    const outputTokens = counted?.completionTokens ?? Math.round(estimate);
    const ttftMs = first === undefined || buffered ? undefined : first.arrivedMs - sentMs;
    const e2eMs = first === undefined ? undefined : lastMs - sentMs;
    const spread = ttftMs === undefined || e2eMs === undefined ? 0 : e2eMs - ttftMs;
    const rated = chunks >= MIN_CHUNKS_FOR_RATE && spread >= BURST_MS && outputTokens > 1;
    const ttfbMs = timeToFirstByte();
    const painted = paintSummary();
    return {
      phase,
      elapsedMs: (endMs ?? nowMs) - sentMs,
      outputTokens,
      tokensEstimated: counted === undefined,
      chunks,
      bytes,
      attempts: timings.attempts,
      buffered,
      hops: hops(),
      ...(phase === 'stalled' && { stalledMs: nowMs - lastMs }),
      ...(ttfbMs !== undefined && { ttfbMs }),
      ...(ttftMs !== undefined && { ttftMs }),
      ...(e2eMs !== undefined && { e2eMs }),
      ...(rated && { tpotMs: spread / (outputTokens - 1), tokensPerSecond: (outputTokens / spread) * 1000 }),
      ...(counted !== undefined && { promptTokens: counted.promptTokens }),
      ...(gap !== undefined && { gaps: gap }),
      ...(painted !== undefined && { paints: painted }),
    };
  };

  return {
    retrying(attempt) {
      timings = { attempts: attempt };
    },
    headers(mark) {
      headersMs = mark.atMs;
      timings = mark.timings;
      buffered = mark.buffered;
    },
    received(count) {
      bytes += count;
    },
    content({ text, ...mark }) {
      if (first === undefined) first = mark;
      else {
        const gapMs = mark.arrivedMs - lastMs;
        longestGapMs = Math.max(longestGapMs, gapMs);
        gaps.record(Math.max(1, Math.round(gapMs * 1000)));
      }
      lastMs = mark.arrivedMs;
      unpaintedMs ??= mark.arrivedMs;
      chunks += 1;
      estimate += estimateTokens(text);
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
      if (final !== undefined) timings = final;
    },
    snapshot,
  };
}

/** About how many tokens a text is: four ASCII characters a token, one for any other character. */
export function estimateTokens(text: string): number {
  let ascii = 0;
  let other = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) ascii += 1;
    // The second half of a surrogate pair is not another character.
    else if (unit < 0xdc00 || unit > 0xdfff) other += 1;
  }
  return ascii / 4 + other;
}
