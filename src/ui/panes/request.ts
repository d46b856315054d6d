import { OUTCOMES } from '../../common/chat/outcomes.js';
import { costText } from '../../metrics/cost.js';
import type { ExchangeMetrics } from '../../metrics/exchange.js';
import { FIGURES } from '../../metrics/figures.js';
import { amountsBetween, firstOutputMs } from '../../metrics/output-over-time.js';
import type { Withheld } from '../../metrics/speed.js';
import type { RequestView } from '../../state/exchange/request-view.js';
import { sanitizeLine } from '../../state/text/sanitize.js';
import {
  bytes,
  count,
  duration,
  durations,
  seconds,
  taken,
  tokenRate,
  tookMs,
  UNKNOWN,
} from '../style/format.js';
import { type Line, lineWidth, spread } from '../style/line.js';
import { figureLine } from './figure-line.js';
import { sparks } from './sparks.js';
import { timelineAxis, timelineBars } from './timeline.js';
import { waterfallLines } from './waterfall/waterfall.js';

type Shown = Exclude<RequestView, { kind: 'none' }>;

/** Returns the latest request in at most `height` lines. */
export function requestLines(request: RequestView, width: number, height: number): readonly Line[] {
  if (request.kind === 'none') return [[['dim', 'no request yet']]];
  const lines = requestFigures(request, width, timelineRows(height));
  return [...lines, ...waterfallLines(request.metrics, width, height - lines.length)].slice(0, height);
}

/** Returns the number of rows for the bars over time; 0 when the figures need the room. */
function timelineRows(height: number): number {
  if (height < TIMELINE_FROM) return 0;
  return height < HIGH_TIMELINE_FROM ? 1 : 3;
}

const TIMELINE_FROM = 19;
const HIGH_TIMELINE_FROM = 28;

/**
 * Returns the request's figures, one per row, without the steps to the first token.
 * @param bars rows for the output over time, with an axis from 2 on; with 0 a few bars are beside the speed
 */
export function requestFigures(request: Shown, width: number, bars: number): readonly Line[] {
  const { metrics } = request;
  const { outputTokens, tokensEstimated, ttftMs, gaps, paints } = metrics;
  const pair = (label: string, value: string): Line => spread([['dim', label]], [value], width);
  const lines: Line[] = [
    spread([phaseOf(request)], [elapsed(request)], width),
    metrics.buffered
      ? [['dim', 'buffered: does not stream']]
      : figureLine(FIGURES.ttft, ttftMs === undefined ? UNKNOWN : duration(ttftMs), width),
    pair('gaps p50/p95', gaps === undefined ? UNKNOWN : durations(gaps.p50, gaps.p95)),
    pair('     p99/max', gaps === undefined ? UNKNOWN : durations(gaps.p99, gaps.max)),
    pair(FIGURES.paint.label, paints === undefined ? UNKNOWN : duration(paints.p99)),
    pair(
      FIGURES.tokens.label,
      metrics.chunks === 0 && outputTokens === 0 ? UNKNOWN : count(outputTokens, tokensEstimated),
    ),
    speedLine(request, width, bars > 0),
    ...timelineLines(request, width, bars),
    spread([['dim', `${FIGURES.chunks.label} `], chunksText(metrics)], [bytes(metrics.bytes)], width),
    ...compressedText(metrics).map(([label, size]) => pair(label, size)),
    ...(metrics.cost === undefined
      ? []
      : [pair(`${FIGURES.cost.label}, ${metrics.cost.asOf}`, costText(metrics.cost))]),
    ...tokenDetails(metrics).map(([label, tokens]) => pair(label, count(tokens))),
  ];
  if (metrics.attempts > 1) lines.push(pair(FIGURES.attempts.label, count(metrics.attempts)));
  if (metrics.replaced) lines.push(pair(FIGURES.replaced.label, count(metrics.replaced)));
  return lines;
}

/** Returns the request's figures in a few items, the most important first. */
export function requestSummary(request: RequestView): readonly Line[] {
  if (request.kind === 'none') return [];
  const { metrics } = request;
  const { ttftMs, speed, tokensEstimated, outputTokens } = metrics;
  // Padding prevents growing figures from moving their neighbours.
  const items: Line[] = [[`${phaseOf(request)} ${elapsed(request).padStart(6)}`]];
  if (ttftMs !== undefined) items.push([['dim', 'TTFT '], duration(ttftMs)]);
  if (speed.kind === 'measured') items.push([tokenRate(speed.tokensPerSecond, tokensEstimated)]);
  if (metrics.chunks > 0) {
    items.push([`${count(outputTokens, tokensEstimated).padStart(5)} tok`]);
    items.push(
      [bytes(metrics.bytes).padStart(8)],
      [`${count(metrics.chunks).padStart(5)} ${metrics.chunks === 1 ? 'chunk' : 'chunks'}`],
    );
  }
  return items;
}

function phaseOf({ outcome, metrics }: Shown): string {
  const { phase, stalledMs, buffered } = metrics;
  if (outcome !== undefined) return OUTCOMES[outcome].shown;
  if (phase === 'stalled' && stalledMs !== undefined) return `stalled ${seconds(stalledMs)}`;
  return buffered && phase === 'streaming' ? 'reading' : phase;
}

/** Returns e.g. `118 in 40`: the chunks, and the number of arrivals when it is lower. */
function chunksText({ chunks, arrivals }: ExchangeMetrics): string {
  return arrivals > 0 && arrivals < chunks ? `${count(chunks)} in ${count(arrivals)}` : count(chunks);
}

/** Returns e.g. `gzip, decoded  12 kB`. */
function compressedText({ compressed }: ExchangeMetrics): [string, string][] {
  return compressed === undefined
    ? []
    : [[`${sanitizeLine(compressed.coding.slice(0, 20))}, decoded`, bytes(compressed.decodedBytes)]];
}

function tokenDetails({ hiddenTokens, cachedTokens, cacheWriteTokens }: ExchangeMetrics): [string, number][] {
  const details: [string, number | undefined][] = [
    [FIGURES.hidden.label, hiddenTokens],
    [FIGURES.cached.label, cachedTokens],
    [FIGURES.cacheWrite.label, cacheWriteTokens],
  ];
  return details.flatMap(([label, tokens]) => (tokens ? [[label, tokens]] : []));
}

/** Returns the speed with a few bars before it, if they fit and are not `elsewhere`. */
function speedLine(request: Shown, width: number, elsewhere: boolean): Line {
  const label: Line = [['dim', `${FIGURES.rate.label}  `]];
  const withBars: Line = [...label, ['accent', sparkline(request)]];
  const speed = speedText(request);
  const fits = !elsewhere && lineWidth([...withBars, ' ', speed]) <= width;
  return spread(fits ? withBars : label, [speed], width);
}

/** Returns the speed, or after the answer's end the reason why there is none. */
function speedText({ outcome, metrics: { speed, tokensEstimated, chunks } }: Shown): string {
  if (speed.kind === 'measured') return tokenRate(speed.tokensPerSecond, tokensEstimated);
  return outcome === undefined || chunks === 0 ? UNKNOWN : WITHHELD_WORDS[speed.reason];
}

const WITHHELD_WORDS: Record<Withheld, string> = {
  burst: 'burst',
  too_few_arrivals: 'too few',
  hidden: 'hidden',
};

/** Returns a running clock, or the total time after the end. */
function elapsed({ outcome, metrics }: Shown): string {
  return outcome === undefined ? seconds(metrics.elapsedMs) : taken(tookMs(outcome, metrics));
}

function timelineLines({ outputOverTime, outcome, metrics }: Shown, width: number, rows: number): Line[] {
  if (rows === 0) return [];
  // Until the first output, empty rows reserve the space, so that nothing moves when it comes.
  if (outputOverTime === undefined) return Array.from({ length: rows > 1 ? rows + 1 : rows }, () => []);
  const shown = outcome === undefined ? metrics : { ...metrics, elapsedMs: tookMs(outcome, metrics) };
  return [
    ...timelineBars(outputOverTime, shown, width, rows),
    ...(rows > 1 ? [timelineAxis(outputOverTime, shown, width)] : []),
  ];
}

const SPARKS = 8;

/** Returns the output since the first token as a few bars. */
function sparkline({ outputOverTime, metrics }: Shown): string {
  if (outputOverTime === undefined) return '';
  return sparks(amountsBetween(outputOverTime, firstOutputMs(outputOverTime), metrics.elapsedMs, SPARKS));
}
