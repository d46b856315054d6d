import type { Cost } from './cost.js';
import type { Hops } from './hops.js';
import type { ProviderReport } from './provider-report.js';
import type { Speed } from './speed.js';
import type { WaitSplit } from './wait-parts.js';

export type { RateLimit } from '../protocol/rate-limits.js';
export type { Cost } from './cost.js';
export type { HopName, Hops } from './hops.js';
export type { ProviderReport } from './provider-report.js';
export type { Speed, Withheld } from './speed.js';
export type { WaitPart, WaitSplit } from './wait-parts.js';

/** What an exchange is doing. `prefill`: headers have come, the first token has not. */
export type Phase = 'connecting' | 'waiting' | 'prefill' | 'streaming' | 'stalled' | 'done';

/** Gaps between arrivals that carry output, in milliseconds. */
export interface GapSummary {
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** From the arrival of what a frame brings, the oldest of it, to the frame on the screen. Milliseconds. */
export interface PaintSummary {
  p50: number;
  p99: number;
}

/** What a load test counts of an exchange. */
export type LoadFigures = Pick<
  ExchangeMetrics,
  | 'ttftMs'
  | 'e2eMs'
  | 'speed'
  | 'promptTokens'
  | 'cachedTokens'
  | 'outputTokens'
  | 'tokensEstimated'
  | 'attempts'
  | 'replaced'
  | 'hops'
  | 'cost'
>;

/**
 * One exchange's figures by the definitions in docs/metrics.md. Times are milliseconds since send on
 * the monotonic clock. A figure that cannot be known is absent, never guessed.
 */
export interface ExchangeMetrics {
  phase: Phase;
  elapsedMs: number;
  /** How long no content has arrived, while `stalled`. */
  stalledMs?: number;
  /** How long no output and no byte has arrived; absent before the headers and after the end. */
  quiet?: { outputMs: number; byteMs: number };
  ttfbMs?: number;
  ttftMs?: number;
  e2eMs?: number;
  /** After the first arrival; withheld, with the reason, where none can be believed. */
  speed: Speed;
  promptTokens?: number;
  /** Prompt tokens that the provider read from its cache, and wrote to it. */
  cachedTokens?: number;
  cacheWriteTokens?: number;
  /** Tokens that the provider counted and never streamed. Absent when there are none. */
  hiddenTokens?: number;
  /** Tokens that arrived: reasoning that the provider counted and never streamed is not in it. */
  outputTokens: number;
  /** `outputTokens` and what follows from it are an estimate: show with `~`. */
  tokensEstimated: boolean;
  /** Pieces of output: text, reasoning, refusal and tool calls. */
  chunks: number;
  /** In how many of the daemon's reads the output came. */
  arrivals: number;
  /** Body bytes as they came. */
  bytes: number;
  /** The content coding of a compressed body, as its header has it, and how many bytes came out of it. */
  compressed?: { coding: string; decodedBytes: number };
  attempts: number;
  /** How often a reused connection was dead, and the request went out again on a new one. Absent when never. */
  replaced?: number;
  buffered: boolean;
  gaps?: GapSummary;
  /** Where content is shown as it comes. */
  paints?: PaintSummary;
  hops: Hops;
  /** What the wait for the provider consists of; absent where nothing is known of it. */
  wait?: WaitSplit;
  /** What the provider said of itself; absent until the headers. */
  provider?: ProviderReport;
  /** About; filled in after the end where the model's price is known. */
  cost?: Cost;
}
