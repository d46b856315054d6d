import { costBasis, costText } from '../../../metrics/cost.js';
import type { ExchangeMetrics } from '../../../metrics/exchange.js';
import { FIGURES } from '../../../metrics/figures.js';
import { percentile } from '../../../metrics/percentile.js';
import { SCREEN_FIGURES } from '../../../metrics/screen-figures.js';
import type { Withheld } from '../../../metrics/speed.js';
import type { SessionFigures, Slo } from '../../../state/exchange/figures.js';
import type { RequestView } from '../../../state/exchange/request-view.js';
import { bytes, count, duration, taken, tokenRate, UNKNOWN } from '../../style/format.js';
import { stallsIn } from '../timeline.js';
import { stepsOf, verdictOn } from '../waterfall/verdict.js';
import { againstObjective, type Explained } from './explained.js';

/** A median of fewer answers has no meaning. */
const MEDIAN_FROM = 3;
/** Users can't perceive a shorter delay, in ms. */
const UNNOTICED_MS = 100;

/** Explains every figure of the request pane. */
export function explainRequest(request: RequestView, session: SessionFigures, slo: Slo): Explained[] {
  const metrics = request.kind === 'none' ? undefined : request.metrics;
  const speed = metrics?.speed;
  return [
    {
      figure: FIGURES.ttft,
      value: metrics?.ttftMs === undefined ? UNKNOWN : duration(metrics.ttftMs),
      verdict: metrics && onFirstToken(metrics, session, slo),
    },
    {
      figure: FIGURES.e2e,
      value: metrics?.e2eMs === undefined ? UNKNOWN : taken(metrics.e2eMs),
    },
    { figure: FIGURES.gaps, value: gapsText(metrics), verdict: metrics && onGaps(metrics) },
    {
      figure: FIGURES.paint,
      value: metrics?.paints === undefined ? UNKNOWN : duration(metrics.paints.p99),
      verdict: metrics?.paints && onPaint(metrics.paints),
    },
    {
      figure: FIGURES.tokens,
      value: metrics === undefined ? UNKNOWN : count(metrics.outputTokens, metrics.tokensEstimated),
      verdict:
        metrics === undefined || metrics.outputTokens === 0
          ? undefined
          : metrics.tokensEstimated
            ? 'estimated from the text: the provider sent no plausible count'
            : "the provider's count",
    },
    {
      figure: FIGURES.rate,
      value:
        speed?.kind === 'measured'
          ? tokenRate(speed.tokensPerSecond, metrics?.tokensEstimated ?? false)
          : UNKNOWN,
      verdict: metrics && metrics.chunks > 0 ? onSpeed(metrics, slo) : undefined,
    },
    {
      figure: SCREEN_FIGURES.outputOverTime,
      value:
        request.kind === 'none' || request.outputOverTime === undefined
          ? UNKNOWN
          : 'the bars below the speed',
      verdict: request.kind === 'none' ? undefined : onStalls(request),
    },
    {
      figure: FIGURES.chunks,
      value: metrics === undefined ? UNKNOWN : `${count(metrics.chunks)}, ${bytes(metrics.bytes)}`,
      verdict: metrics && onChunks(metrics),
    },
    ...rest(metrics),
    hops(metrics),
  ];
}

function onFirstToken(metrics: ExchangeMetrics, { ttfts }: SessionFigures, slo: Slo): string | undefined {
  const { ttftMs } = metrics;
  if (ttftMs === undefined) return undefined;
  const median = ttfts.length < MEDIAN_FROM ? undefined : percentile(ttfts, 50);
  return [
    againstObjective(ttftMs, slo.ttftMs),
    ...(median === undefined ? [] : [`the median of this session is ${duration(median)}`]),
  ].join('; ');
}

function gapsText(metrics: ExchangeMetrics | undefined): string {
  if (metrics?.gaps === undefined) return UNKNOWN;
  const { p50, p95, p99, max } = metrics.gaps;
  return `p50 ${duration(p50)}, p95 ${duration(p95)}, p99 ${duration(p99)}, max ${duration(max)}`;
}

function onGaps({ gaps, arrivals }: ExchangeMetrics): string | undefined {
  if (gaps === undefined || arrivals < 3) return undefined;
  const { p50, p95, max } = gaps;
  if (max > Math.max(1000, 10 * p50)) return `it stalled: no output for ${duration(max)}`;
  if (p95 > Math.max(100, 5 * p50)) return 'uneven: the gaps vary a lot';
  return 'even';
}

function onPaint({ p50, p99 }: { p50: number; p99: number }): string {
  const half = `half of the output within ${duration(p50)}`;
  return p99 <= UNNOTICED_MS
    ? `${half}: the screen keeps up`
    : `${half}: this terminal or machine is slow, not the provider`;
}

const WITHHELD: Record<Withheld, string> = {
  burst:
    'no speed can be computed: most of the answer came at once or in few bursts, so something on the way buffered it',
  too_few_arrivals: 'no speed can be computed: the answer came in fewer than three arrivals',
  hidden: 'no speed can be computed: the provider counted tokens that never arrived',
};

function onSpeed({ speed }: ExchangeMetrics, slo: Slo): string {
  if (speed.kind === 'withheld') return WITHHELD[speed.reason];
  return `${duration(speed.tpotMs)} per token (TPOT), ${againstObjective(speed.tpotMs, slo.tpotMs)}`;
}

function onStalls({ outputOverTime, metrics }: Exclude<RequestView, { kind: 'none' }>): string | undefined {
  if (outputOverTime === undefined) return undefined;
  const stalls = stallsIn(outputOverTime, metrics);
  if (stalls.length === 0) return 'no stall';
  const longest = Math.max(...stalls.map(({ fromMs, toMs }) => toMs - fromMs));
  return `${stalls.length === 1 ? 'one stall' : `${stalls.length} stalls`}, the longest of ${duration(longest)}`;
}

function onChunks({ chunks, arrivals }: ExchangeMetrics): string | undefined {
  if (chunks === 0) return undefined;
  return arrivals < chunks
    ? `they came in ${count(arrivals)} arrivals: several at once`
    : 'each arrived alone: nothing buffers them on the way';
}

function rest(metrics: ExchangeMetrics | undefined): Explained[] {
  if (metrics === undefined) return [];
  const { hiddenTokens = 0, cachedTokens = 0, cacheWriteTokens = 0, attempts, cost, promptTokens } = metrics;
  const ofPrompt = promptTokens === undefined ? undefined : `of ${count(promptTokens)} prompt tokens`;
  return [
    ...(hiddenTokens > 0 ? [{ figure: FIGURES.hidden, value: count(hiddenTokens) }] : []),
    ...(cachedTokens > 0 ? [{ figure: FIGURES.cached, value: count(cachedTokens), verdict: ofPrompt }] : []),
    ...(cacheWriteTokens > 0 ? [{ figure: FIGURES.cacheWrite, value: count(cacheWriteTokens) }] : []),
    ...(attempts > 1 ? [{ figure: FIGURES.attempts, value: count(attempts) }] : []),
    ...(cost === undefined
      ? []
      : [{ figure: FIGURES.cost, value: costText(cost), verdict: costBasis(cost) }]),
  ];
}

function hops(metrics: ExchangeMetrics | undefined): Explained {
  const steps = metrics === undefined ? [] : stepsOf(metrics);
  const total = steps.reduce((sum, { ms }) => sum + ms, 0);
  return {
    figure: FIGURES.hops,
    value: steps.length === 0 ? UNKNOWN : duration(total),
    verdict: metrics && verdictOn(metrics),
    parts: steps.map(({ label, ms, what }) => ({ label, value: duration(ms), what })),
  };
}
