import type { Cost } from './cost.js';
import type { Hops } from './hops.js';
import type { ProviderReport } from './provider-report.js';
import type { Speed } from './speed.js';
import type { WaitSplit } from './wait-parts.js';

/** The current step of an exchange. `prefill`: the headers have arrived, the first token has not. */
export type Phase = 'connecting' | 'waiting' | 'prefill' | 'streaming' | 'stalled' | 'done';

/** Gaps between arrivals that carry output, in milliseconds. */
export interface GapSummary {
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** Milliseconds from the arrival of the oldest content in a frame until that frame is on the screen. */
export interface PaintSummary {
  p50: number;
  p99: number;
}

/** The figures of an exchange that a load test counts. */
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
 * One exchange's figures by the definitions in docs/metrics.md. Times are milliseconds since send on the monotonic
 * clock. An unknown figure is absent, never guessed.
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
  /** Speed after the first arrival, or the reason why no reliable speed exists. */
  speed: Speed;
  promptTokens?: number;
  /** Prompt tokens that the provider read from its cache. */
  cachedTokens?: number;
  /** Prompt tokens that the provider wrote to its cache. */
  cacheWriteTokens?: number;
  /** Tokens that the provider counted and never streamed. Absent when there are none. */
  hiddenTokens?: number;
  /** Tokens that arrived, without reasoning that the provider counted but never streamed. */
  outputTokens: number;
  /** `outputTokens` and the speed computed from it are estimates: show them with `~`. */
  tokensEstimated: boolean;
  /** Pieces of output: text, reasoning, refusal and tool calls. */
  chunks: number;
  /** The number of reads by the daemon that brought output. */
  arrivals: number;
  /** Number of bytes of the body before decoding. */
  bytes: number;
  /** The content coding of a compressed body, as written in its header, and the number of decoded bytes. */
  compressed?: { coding: string; decodedBytes: number };
  attempts: number;
  /** How often a reused connection was dead, so that the daemon sent the request on a new one. Absent when 0. */
  replaced?: number;
  buffered: boolean;
  gaps?: GapSummary;
  /** Present when the content is shown while it streams. */
  paints?: PaintSummary;
  hops: Hops;
  /** The parts of the wait for the provider; absent when no part is known. */
  wait?: WaitSplit;
  /** Times, limits and names that the provider reported; absent until the headers. */
  provider?: ProviderReport;
  /** An estimate; set after the end when the model's price is known. */
  cost?: Cost;
}
