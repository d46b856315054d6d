import type { ExchangeMetrics } from '../metrics/exchange.js';

/** The figures of all exchanges since the program started. */
export interface SessionFigures {
  readonly requests: number;
  readonly errors: number;
  /** The latest times to first token, in ms. */
  readonly ttfts: readonly number[];
}

export const NO_FIGURES: SessionFigures = { requests: 0, errors: 0, ttfts: [] };

const MAX_SAMPLES = 1000;

/** The figures with one more exchange. Answers that were stopped or cut are no errors. */
export function countExchange(
  figures: SessionFigures,
  metrics: ExchangeMetrics,
  failed: boolean,
): SessionFigures {
  const { ttftMs } = metrics;
  return {
    requests: figures.requests + 1,
    errors: figures.errors + (failed ? 1 : 0),
    ttfts: ttftMs === undefined ? figures.ttfts : [...figures.ttfts, ttftMs].slice(-MAX_SAMPLES),
  };
}

/** The nearest-rank percentile; undefined without samples. */
export function percentile(samples: readonly number[], percent: number): number | undefined {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
}
