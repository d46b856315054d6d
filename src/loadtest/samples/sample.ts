import type { Cost } from '../../metrics/cost.js';
import type { GapSummary } from '../../metrics/exchange.js';
import type { Hops } from '../../metrics/hops.js';
import type { Speed, Withheld } from '../../metrics/speed.js';

/** One request of a load test. Times in ms. */
export type Sample = Sent | Failed;

interface Common {
  /** Number of its conversation, from 0. A conversation has one request for each turn. */
  index: number;
  /** Turn in the conversation, from 1. */
  turn: number;
  /** The intended send time, since the start of the test. */
  intendedMs: number;
  endMs: number;
  /** Delay between intended and actual send; absent when the request was never sent. */
  lagMs?: number | undefined;
  /** How often the request was sent; 0 when never. */
  attempts: number;
  /** Time of failed attempts and the waits after them. */
  retriesMs: number;
  /** How often a dead reused connection was replaced and the request sent again. Not counted in `attempts`. */
  replaced: number;
  /** Number of unreadable events or parts of events in the answer; absent when 0. */
  malformedEvents?: number | undefined;
  /** Time of each hop that the request reached. */
  hops?: Hops | undefined;
}

/** A complete request. */
export interface Sent extends Common {
  outcome: 'complete';
  lagMs: number;
  /** Since the send. Absent when the answer came in one piece (`buffered`). */
  ttftMs?: number | undefined;
  /** Last content since the send. Absent for an answer without content. */
  e2eMs?: number | undefined;
  /** Speed of this answer. */
  speed: Speed;
  /** Absent when the provider sent no count. */
  promptTokens?: number | undefined;
  /** Prompt tokens that the provider read from its cache. */
  cachedTokens?: number | undefined;
  /** Gaps between this answer's arrivals. Absent with fewer than two arrivals. */
  gaps?: Pick<GapSummary, 'p50' | 'max'> | undefined;
  /** Number of tokens that arrived. */
  outputTokens: number;
  /** The provider sent no count. */
  tokensEstimated: boolean;
  /** Absent when the model's price is unknown. */
  cost?: Cost | undefined;
}

/** Any other request. It has no latencies, because they would describe an incomplete answer. */
export interface Failed extends Common {
  outcome: 'failed';
  /** The error class of the protocol, or the outcome: `truncated`, `stalled`. */
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
 * @param shiftMs added to TTFT and E2E. In an open loop they count from the intended send time, so that a slow client
 * or server cannot hide its delay (coordinated omission)
 */
export function latencyOf({ ttftMs, e2eMs, speed }: Sent, shiftMs: number): Latency {
  const latency: Latency = {};
  if (ttftMs !== undefined) latency.ttft = ttftMs + shiftMs;
  if (speed.kind === 'measured') latency.tpot = speed.tpotMs;
  if (e2eMs !== undefined) latency.e2e = e2eMs + shiftMs;
  return latency;
}

/** Returns why this answer has no TPOT; undefined when it has one. */
export function withheldOf({ speed }: Sent): Withheld | undefined {
  return speed.kind === 'withheld' ? speed.reason : undefined;
}
