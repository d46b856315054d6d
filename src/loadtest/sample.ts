import type { Cost } from '../metrics/cost.js';
import type { GapSummary } from '../metrics/exchange.js';
import type { Hops } from '../metrics/hops.js';
import type { Speed, Withheld } from '../metrics/speed.js';

/** One request of a load test. Times in ms. */
export type Sample = Sent | Failed;

interface Common {
  /** Of its conversation, which has one request unless it has several turns. */
  index: number;
  /** From 1. */
  turn: number;
  /** When it should have been sent, since the start of the test. */
  intendedMs: number;
  endMs: number;
  /** How much later than intended it was sent; absent when it never was. */
  lagMs?: number;
  /** How often it was sent; 0: not at all. */
  attempts: number;
  /** In attempts that failed, and the waits after them. */
  retriesMs: number;
  /** How often it was sent again at once because a reused connection was dead; `attempts` does not count that. */
  replaced: number;
  /** Events of its answer, or parts of them, that could not be read. Absent: none. */
  malformedEvents?: number;
  /** Where its time went, as far as it came. */
  hops?: Hops;
}

/** Answered to the end. */
export interface Sent extends Common {
  outcome: 'complete';
  lagMs: number;
  /** Since it was sent. Absent where the answer came in one piece (`buffered`). */
  ttftMs?: number;
  /** The last content, since it was sent. Absent for an answer without any. */
  e2eMs?: number;
  /** Of this answer alone. */
  speed: Speed;
  /** Where the provider counted them. */
  promptTokens?: number;
  /** Of the prompt, read from the provider's cache. */
  cachedTokens?: number;
  /** Between the arrivals of this answer. Absent with fewer than two. */
  gaps?: Pick<GapSummary, 'p50' | 'max'>;
  /** Tokens that arrived. */
  outputTokens: number;
  /** The provider sent no count. */
  tokensEstimated: boolean;
  /** Where the model's price is known. */
  cost?: Cost;
}

/** Anything else: its figures would describe half an answer. */
export interface Failed extends Common {
  outcome: 'failed';
  /** The wire's error class, or the outcome: `truncated`, `stalled`. */
  errorClass: string;
  message: string;
}

/** One answer's figures by the definitions in docs/metrics.md, in ms. */
export interface Latency {
  ttft?: number;
  tpot?: number;
  e2e?: number;
}

/**
 * @param shiftMs added to TTFT and E2E: in an open loop they count from the intended send time, so that a
 *   client or a server that falls behind cannot hide it (coordinated omission)
 */
export function latencyOf({ ttftMs, e2eMs, speed }: Sent, shiftMs: number): Latency {
  return {
    ...(ttftMs !== undefined && { ttft: ttftMs + shiftMs }),
    ...(speed.kind === 'measured' && { tpot: speed.tpotMs }),
    ...(e2eMs !== undefined && { e2e: e2eMs + shiftMs }),
  };
}

/** Why this answer has no TPOT; undefined when it has one. */
export function withheldOf({ speed }: Sent): Withheld | undefined {
  return speed.kind === 'withheld' ? speed.reason : undefined;
}
