/** One request of a load test. Times in ms. */
export type Sample = Sent | Failed;

interface Common {
  index: number;
  /** When it should have been sent, since the start of the test. */
  intendedMs: number;
  endMs: number;
}

/** Answered to the end. */
export interface Sent extends Common {
  outcome: 'complete';
  /** How much later than intended it was sent. */
  lagMs: number;
  /** Since it was sent. Absent where the answer came in one piece (`buffered`). */
  ttftMs?: number;
  /** The last content, since it was sent. Absent for an answer without any. */
  e2eMs?: number;
  outputTokens: number;
  /** The provider sent no count. */
  tokensEstimated: boolean;
}

/** Anything else: its figures would describe half an answer. */
export interface Failed extends Common {
  outcome: 'failed';
  /** The wire's error class, or the outcome: `truncated`, `stalled`. */
  errorClass: string;
  message: string;
}

/** One answer's figures by the definitions in README ("Metrics"), in ms. */
export interface Latency {
  ttft?: number;
  tpot?: number;
  e2e?: number;
}

/**
 * @param shiftMs added to TTFT and E2E: in an open loop they count from the intended send time, so that a
 *   client or a server that falls behind cannot hide it (coordinated omission)
 */
export function latencyOf({ ttftMs, e2eMs, outputTokens }: Sent, shiftMs: number): Latency {
  const tpot =
    ttftMs === undefined || e2eMs === undefined || outputTokens < 2
      ? undefined
      : (e2eMs - ttftMs) / (outputTokens - 1);
  return {
    ...(ttftMs !== undefined && { ttft: ttftMs + shiftMs }),
    ...(tpot !== undefined && { tpot }),
    ...(e2eMs !== undefined && { e2e: e2eMs + shiftMs }),
  };
}
