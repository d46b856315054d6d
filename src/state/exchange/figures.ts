import type { Outcome } from '../../common/chat/outcomes.js';
import type { ExchangeMetrics } from '../../metrics/exchange.js';

/** The upper limits, in ms, for an answer that counts as good. */
export interface Slo {
  readonly ttftMs: number;
  readonly tpotMs: number;
}

export const DEFAULT_SLO: Slo = { ttftMs: 500, tpotMs: 50 };

/** The figures of all exchanges since the program started. */
export interface SessionFigures {
  readonly requests: number;
  readonly errors: number;
  /** The number of errors by class name. */
  readonly errorClasses: Readonly<Record<string, number>>;
  /** The latest times to first token, in ms, oldest first. */
  readonly ttfts: readonly number[];
  /** The latest times per output token, in ms, oldest first. */
  readonly tpots: readonly number[];
  /** Whether a token count behind `tpots` was estimated. */
  readonly tpotsEstimated: boolean;
  /** The number of answers that could be compared with the objectives, and of those that met them. */
  readonly goodput: { readonly judged: number; readonly good: number };
}

export const NO_FIGURES: SessionFigures = {
  requests: 0,
  errors: 0,
  errorClasses: {},
  ttfts: [],
  tpots: [],
  tpotsEstimated: false,
  goodput: { judged: 0, good: 0 },
};

const MAX_SAMPLES = 1000;

/** Adds an exchange to the figures. Cancelled and truncated answers are not errors. */
export function countExchange(
  figures: SessionFigures,
  metrics: ExchangeMetrics,
  outcome: Outcome,
  slo: Slo = DEFAULT_SLO,
  errorClass = 'Unknown',
): SessionFigures {
  const { errorClasses } = figures;
  const failed = outcome === 'error' || outcome === 'stalled';
  const tpotMs = tpotOf(metrics);
  return {
    requests: figures.requests + 1,
    errors: figures.errors + (failed ? 1 : 0),
    errorClasses: failed
      ? { ...errorClasses, [errorClass]: (errorClasses[errorClass] ?? 0) + 1 }
      : errorClasses,
    ttfts: withSample(figures.ttfts, metrics.ttftMs),
    tpots: withSample(figures.tpots, tpotMs),
    tpotsEstimated: figures.tpotsEstimated || (tpotMs !== undefined && metrics.tokensEstimated),
    goodput: judged(figures.goodput, isGood(metrics, outcome, slo)),
  };
}

function withSample(samples: readonly number[], sample: number | undefined): readonly number[] {
  return sample === undefined ? samples : [...samples, sample].slice(-MAX_SAMPLES);
}

function tpotOf({ speed }: ExchangeMetrics): number | undefined {
  return speed.kind === 'measured' ? speed.tpotMs : undefined;
}

/** Whether an answer met the objectives. Undefined when cancelled, without a TTFT, or without a measured TPOT. */
function isGood(metrics: ExchangeMetrics, outcome: Outcome, slo: Slo): boolean | undefined {
  if (outcome === 'cancelled') return undefined;
  if (outcome !== 'complete') return false;
  const { ttftMs } = metrics;
  if (ttftMs === undefined) return undefined;
  if (ttftMs > slo.ttftMs) return false;
  const tpotMs = tpotOf(metrics);
  return tpotMs === undefined ? undefined : tpotMs <= slo.tpotMs;
}

function judged(goodput: SessionFigures['goodput'], good: boolean | undefined): SessionFigures['goodput'] {
  if (good === undefined) return goodput;
  return { judged: goodput.judged + 1, good: goodput.good + (good ? 1 : 0) };
}
