import type { ExchangeMetrics, HopName } from '../../metrics/exchange.js';
import type { Line } from '../line.js';

type Place = 'provider' | 'network' | 'daemon' | 'client';

/** The legs in their order, as they are called here, and who takes their time. */
const HOPS: readonly (readonly [name: HopName, label: string, place: Place])[] = [
  ['client_to_daemon', 'to daemon', 'daemon'],
  ['queue', 'queue', 'daemon'],
  ['dns', 'dns', 'network'],
  ['connect', 'connect', 'network'],
  ['tls', 'tls', 'network'],
  ['send', 'send', 'network'],
  ['wait', 'wait', 'provider'],
  ['first_token', 'first token', 'provider'],
  ['daemon_to_client', 'back', 'daemon'],
  ['decode', 'decode', 'client'],
  ['paint', 'paint', 'client'],
];
const LABEL_WIDTH = 12;
const VALUE_WIDTH = 7;
const BARS = ' ▏▎▍▌▋▊▉█';
/** With fewer legs than this a verdict takes room from what it is about. */
const VERDICT_FROM_ROWS = 3;

/** A bar for each leg of the way to the first token, the longest ones when not all fit, and what took most of it. */
export function waterfallLines(hops: ExchangeMetrics['hops'], width: number, height: number): Line[] {
  const known = HOPS.flatMap(([name, label]) => {
    const ms = hops[name];
    return ms === undefined ? [] : [{ label, ms }];
  });
  const verdict = height > VERDICT_FROM_ROWS ? verdictOn(hops) : undefined;
  const rows = verdict === undefined ? height : height - 1;
  if (rows < 1 || known.length === 0) return [];
  const longest = [...known].sort((a, b) => b.ms - a.ms).slice(0, rows);
  const shown = known.filter((hop) => longest.includes(hop));
  const longestMs = Math.max(...shown.map((hop) => hop.ms));
  const barWidth = Math.max(0, width - LABEL_WIDTH - VALUE_WIDTH);
  const bars = shown.map(
    ({ label, ms }): Line => [
      ['dim', label.padEnd(LABEL_WIDTH)],
      ['accent', bar(longestMs > 0 ? ms / longestMs : 0, barWidth).padEnd(barWidth)],
      (ms < 99.95 ? ms.toFixed(1) : String(Math.round(ms))).padStart(VALUE_WIDTH),
    ],
  );
  return verdict === undefined ? bars : [...bars, [verdict]];
}

/** `provider: 96 % of the wait`; undefined until the first token has come. */
function verdictOn(hops: ExchangeMetrics['hops']): string | undefined {
  if (hops.first_token === undefined) return undefined;
  const places = new Map<Place, number>();
  let total = 0;
  for (const [name, , place] of HOPS) {
    const ms = hops[name] ?? 0;
    places.set(place, (places.get(place) ?? 0) + ms);
    total += ms;
  }
  const [most] = [...places].sort(([, a], [, b]) => b - a);
  if (most === undefined || total <= 0) return undefined;
  const [place, ms] = most;
  return `${place}: ${Math.floor((100 * ms) / total)} % of the wait`;
}

/** A bar of `share` of the width, to an eighth of a cell; at least a hair for what is not nothing. */
function bar(share: number, width: number): string {
  const eighths = share > 0 ? Math.max(1, Math.round(share * width * 8)) : 0;
  const rest = BARS.charAt(eighths % 8);
  return '█'.repeat(Math.floor(eighths / 8)) + (rest === ' ' ? '' : rest);
}
