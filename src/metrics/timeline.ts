import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { Usage } from '../common/chat/usage.js';
import type { ExchangeMetrics, GapSummary, PaintSummary, Phase } from './exchange.js';
import { type ContentMark, type DaemonTimings, LoadTimeline } from './load-timeline.js';
import { createProviderReport } from './provider-report.js';
import { splitWait } from './wait-parts.js';

type Sent = Pick<DaemonTimings, 'attempts' | 'replaced'>;

/** Records the times of one exchange's events and computes its figures. All `atMs` are on one monotonic clock. */
export interface Timeline {
  /** Records that the daemon is about to send the request again, as attempt number `attempt`. */
  retrying(attempt: number): void;
  /**
   * Records that the provider refused the request after the attempts in `sent`, and that the client sends a changed
   * request at `atMs`.
   */
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
  /** Records that the body turned out to be compressed, although the headers name no coding. */
  coded(coding: string): void;
  /** Reads the times that the provider may report in an event of the answer. */
  reported(members: Readonly<Record<string, unknown>>): void;
  /** Counts body bytes that reached this process at `atMs`. `decodedBytes` is `bytes` by default. */
  received(bytes: number, atMs: number, decodedBytes?: number): void;
  content(mark: ContentMark): void;
  /** Counts pieces of output that only a later event reports, e.g. white space before a tag of reasoning. */
  withheld(pieces: number, arrivedMs: number, readUs: number | undefined): void;
  /** Records that the text so far turned out to be reasoning, or is replaced because the answer begins again. */
  split(restarted: boolean): void;
  usage(counts: Usage): void;
  /** Records that all content so far has been on the screen since `atMs`. */
  painted(atMs: number): void;
  /** `timings` are added to the timings that came with the headers, and replace those of the same name. */
  end(atMs: number, timings?: DaemonTimings): void;
  snapshot(nowMs: number): ExchangeMetrics;
}

/** A gap longer than this, and than `STALL_FACTOR` median gaps, is a stall. */
export const STALL_MS = 1000;
export const STALL_FACTOR = 10;

/**
 * @param sentMs When the request left the client.
 * @param onGap Called with each gap between arrivals that carry output, in ms.
 * TTFT is the time from send to the first output, E2E to the last output, both on the client's clock. Gaps and speed
 * are measured between arrivals, on the daemon's clock when it sends one. docs/metrics.md defines all figures.
 */
export function createTimeline(sentMs: number, onGap: (ms: number) => void = () => {}): Timeline {
  // Created at the first gap: many answers never have one.
  let gaps: RecordableHistogram | undefined;
  let longestGapMs = 0;
  const load = new LoadTimeline(sentMs, (gapMs) => {
    onGap(gapMs);
    longestGapMs = Math.max(longestGapMs, gapMs);
    gaps ??= createGapHistogram();
    gaps.record(Math.max(1, Math.round(gapMs * 1000)));
  });
  let lastByteMs = sentMs;
  /** When the oldest content arrived that is not on the screen yet. */
  let unpaintedMs: number | undefined;
  // Created at the first paint: answers outside of the chat have none.
  let paints: RecordableHistogram | undefined;
  let endMs: number | undefined;
  let bytes = 0;
  let decodedBytes = 0;
  let coding: string | undefined;
  let provider: ReturnType<typeof createProviderReport> | undefined;

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
    if (load.first !== undefined) {
      return nowMs - load.lastMs > Math.max(STALL_MS, STALL_FACTOR * (gap?.p50 ?? 0))
        ? 'stalled'
        : 'streaming';
    }
    return load.headersMs === undefined ? 'waiting' : 'prefill';
  };

  // The rest of the time until the headers is the round trip between client and daemon; half of it counts here.
  const timeToFirstByte = (): number | undefined => {
    const { headersMs, timings, resentMs } = load;
    if (headersMs === undefined || load.buffered || timings.firstByteUs === undefined) return undefined;
    const atDaemonMs = timings.firstByteUs / 1000;
    return resentMs - sentMs + atDaemonMs + Math.max(0, headersMs - resentMs - atDaemonMs) / 2;
  };

  const snapshot = (nowMs: number): ExchangeMetrics => {
    const { arrived, delivered, buffered, counted, headersMs, lastMs, timings } = load;
    const gap = buffered ? undefined : gapSummary();
    const phase = phaseAt(nowMs, gap);
    const figures = load.figures(arrived, delivered);
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
    retrying: (attempt) => load.retrying(attempt),
    resending: (atMs, sent) => load.resending(atMs, sent),
    headers(mark) {
      load.headers(mark.atMs, mark.timings, mark.buffered);
      coding = mark.coding;
      provider = mark.headers === undefined ? undefined : createProviderReport(mark.headers, Date.now());
    },
    coded(found) {
      coding = coding === undefined ? found : `${coding}, ${found}`;
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
      unpaintedMs ??= mark.arrivedMs;
      load.content(mark);
    },
    withheld(pieces, arrivedMs, readUs) {
      if (pieces > 0) unpaintedMs ??= arrivedMs;
      load.withheld(pieces, arrivedMs, readUs);
    },
    split: (restarted) => load.split(restarted),
    usage: (counts) => load.usage(counts),
    painted(atMs) {
      load.paintedMs ??= atMs;
      if (unpaintedMs === undefined) return;
      paints ??= createHistogram({ lowest: 1, highest: 60_000_000, figures: 2 });
      paints.record(Math.max(1, Math.round((atMs - unpaintedMs) * 1000)));
      unpaintedMs = undefined;
    },
    end(atMs, final) {
      endMs ??= atMs;
      load.timed(final);
    },
    snapshot,
  };
}

/** Records gaps in µs, up to an hour, in bounded memory. A third significant figure would cost 190 KB a histogram. */
function createGapHistogram(): RecordableHistogram {
  return createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 2 });
}
