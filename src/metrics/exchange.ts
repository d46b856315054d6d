/** What an exchange is doing. `prefill`: headers have come, the first token has not. */
export type Phase = 'connecting' | 'waiting' | 'prefill' | 'streaming' | 'stalled' | 'done';

/** The legs of an exchange, in order, up to the first token on the screen. Milliseconds. */
export const HOPS = [
  'client_to_daemon',
  'queue',
  'dns',
  'connect',
  'tls',
  'send',
  'wait',
  'first_token',
  'daemon_to_client',
  'decode',
  'paint',
] as const;
export type HopName = (typeof HOPS)[number];

/** Gaps between content chunks (ICL), in milliseconds. */
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

/**
 * One exchange's figures by the definitions in README ("Metrics"). Times are milliseconds since send on
 * the monotonic clock. A figure that cannot be known is absent, never guessed.
 */
export interface ExchangeMetrics {
  phase: Phase;
  elapsedMs: number;
  /** How long no content has come, while `stalled`. */
  stalledMs?: number;
  ttfbMs?: number;
  ttftMs?: number;
  e2eMs?: number;
  tpotMs?: number;
  tokensPerSecond?: number;
  promptTokens?: number;
  outputTokens: number;
  /** `outputTokens` and what follows from it are an estimate: show with `~`. */
  tokensEstimated: boolean;
  /** Content chunks. */
  chunks: number;
  /** Body bytes. */
  bytes: number;
  attempts: number;
  buffered: boolean;
  gaps?: GapSummary;
  /** Where content is shown as it comes. */
  paints?: PaintSummary;
  hops: Partial<Record<HopName, number>>;
}
