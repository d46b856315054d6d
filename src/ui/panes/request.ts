import type { ExchangeMetrics, HopName } from '../../metrics/exchange.js';
import type { RequestView, TokenSample } from '../../state/app-state.js';
import { bytes, count, duration, durations, seconds, tokenRate } from '../format.js';
import { type Line, spread } from '../line.js';

/** The legs in their order, as they are called here. */
const HOPS: readonly (readonly [name: HopName, label: string])[] = [
  ['client_to_daemon', 'to daemon'],
  ['queue', 'queue'],
  ['dns', 'dns'],
  ['connect', 'connect'],
  ['tls', 'tls'],
  ['send', 'send'],
  ['wait', 'wait'],
  ['first_token', 'first token'],
  ['daemon_to_client', 'back'],
  ['decode', 'decode'],
  ['paint', 'paint'],
];
const LABEL_WIDTH = 12;
const VALUE_WIDTH = 7;
const BARS = ' ▏▎▍▌▋▊▉█';
const SPARKS = '▁▂▃▄▅▆▇█';
const UNKNOWN = '–';

/** The latest request in at most `height` lines. */
export function requestLines(request: RequestView, width: number, height: number): readonly Line[] {
  if (request.kind === 'none') return [[['dim', 'no request yet']]];
  const { metrics } = request;
  const { outputTokens, tokensEstimated, ttftMs, tokensPerSecond, gaps } = metrics;
  const pair = (label: string, value: string): Line => spread([['dim', label]], [value], width);
  const lines: Line[] = [
    spread([phaseOf(metrics)], [seconds(metrics.elapsedMs)], width),
    metrics.buffered
      ? [['dim', 'buffered: does not stream']]
      : pair('TTFT', ttftMs === undefined ? UNKNOWN : duration(ttftMs)),
    pair('gaps p50/p95', gaps === undefined ? UNKNOWN : durations(gaps.p50, gaps.p95)),
    pair('tokens', count(outputTokens, tokensEstimated)),
    spread(
      [
        ['dim', 'speed  '],
        ['accent', sparkline(request.samples)],
      ],
      [tokensPerSecond === undefined ? UNKNOWN : tokenRate(tokensPerSecond, tokensEstimated)],
      width,
    ),
    pair('chunks', count(metrics.chunks)),
    pair('bytes', bytes(metrics.bytes)),
  ];
  if (metrics.attempts > 1) lines.push(pair('attempts', count(metrics.attempts)));
  const hops = hopLines(metrics.hops, width, height - lines.length - 1);
  return hops.length === 0 ? lines.slice(0, height) : [...lines, [], ...hops];
}

/** The same in a few items, the most telling first. */
export function requestSummary(request: RequestView): readonly Line[] {
  if (request.kind === 'none') return [];
  const { metrics } = request;
  const { ttftMs, tokensPerSecond, tokensEstimated, outputTokens } = metrics;
  // Padded, so that what grows does not move its neighbours.
  const items: Line[] = [[`${phaseOf(metrics)} ${seconds(metrics.elapsedMs).padStart(6)}`]];
  if (ttftMs !== undefined) items.push([['dim', 'TTFT '], duration(ttftMs)]);
  if (tokensPerSecond !== undefined) items.push([tokenRate(tokensPerSecond, tokensEstimated)]);
  if (metrics.chunks > 0) {
    items.push([`${count(outputTokens, tokensEstimated).padStart(5)} tok`]);
    items.push([bytes(metrics.bytes).padStart(8)], [`${count(metrics.chunks).padStart(5)} chunks`]);
  }
  return items;
}

function phaseOf({ phase, stalledMs, buffered }: ExchangeMetrics): string {
  if (phase === 'stalled' && stalledMs !== undefined) return `stalled ${seconds(stalledMs)}`;
  return buffered && phase === 'streaming' ? 'reading' : phase;
}

/** A bar for each leg of the way to the first token; the longest ones when not all fit. */
function hopLines(hops: ExchangeMetrics['hops'], width: number, height: number): Line[] {
  const known = HOPS.flatMap(([name, label]) => {
    const ms = hops[name];
    return ms === undefined ? [] : [{ label, ms }];
  });
  if (height < 1 || known.length === 0) return [];
  const longest = [...known].sort((a, b) => b.ms - a.ms).slice(0, height);
  const shown = known.filter((hop) => longest.includes(hop));
  const longestMs = Math.max(...shown.map((hop) => hop.ms));
  const barWidth = Math.max(0, width - LABEL_WIDTH - VALUE_WIDTH);
  return shown.map(({ label, ms }) => [
    ['dim', label.padEnd(LABEL_WIDTH)],
    ['accent', bar(longestMs > 0 ? ms / longestMs : 0, barWidth).padEnd(barWidth)],
    (ms < 99.95 ? ms.toFixed(1) : String(Math.round(ms))).padStart(VALUE_WIDTH),
  ]);
}

/** A bar of `share` of the width, to an eighth of a cell; at least a hair for what is not nothing. */
function bar(share: number, width: number): string {
  const eighths = share > 0 ? Math.max(1, Math.round(share * width * 8)) : 0;
  const rest = BARS.charAt(eighths % 8);
  return '█'.repeat(Math.floor(eighths / 8)) + (rest === ' ' ? '' : rest);
}

function sparkline(samples: readonly TokenSample[]): string {
  const rates = samples.slice(1).map((sample, index) => {
    const before = samples[index] ?? sample;
    return (sample.tokens - before.tokens) / Math.max(1, sample.atMs - before.atMs);
  });
  const top = Math.max(...rates);
  if (rates.length === 0 || top <= 0) return '';
  return rates
    .map((rate) => SPARKS.charAt(Math.round((Math.max(0, rate) / top) * (SPARKS.length - 1))))
    .join('');
}
