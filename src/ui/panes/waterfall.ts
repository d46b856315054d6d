import { HOPS, type Hops, type Place } from '../../metrics/hops.js';
import { type Line, spread } from '../line.js';

const LABEL_WIDTH = 12;
const VALUE_WIDTH = 7;
const BARS = ' ▏▎▍▌▋▊▉█';
/** With fewer legs than this a verdict takes room from what it is about. */
const VERDICT_FROM_ROWS = 4;

/** A heading with the unit, a bar for each leg, the longest ones when not all fit, and what took most of it. */
export function waterfallLines(hops: Hops, width: number, height: number): Line[] {
  const known = HOPS.flatMap(({ name, label }) => {
    const ms = hops[name];
    return ms === undefined ? [] : [{ label, ms }];
  });
  const verdict = height > VERDICT_FROM_ROWS ? verdictOn(hops) : undefined;
  const rows = height - (verdict === undefined ? 1 : 2);
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
  const heading = spread([['dim', 'until the first token']], [['dim', 'ms']], width);
  return [heading, ...bars, ...(verdict === undefined ? [] : [[verdict]])];
}

/** `the provider took 96 %`, under the heading that says of what; undefined until the first token has come. */
function verdictOn(hops: Hops): string | undefined {
  if (hops.first_token === undefined && hops.thinking === undefined) return undefined;
  const places = new Map<Place, number>();
  let total = 0;
  for (const { name, place } of HOPS) {
    const ms = hops[name] ?? 0;
    places.set(place, (places.get(place) ?? 0) + ms);
    total += ms;
  }
  const [most] = [...places].sort(([, a], [, b]) => b - a);
  if (most === undefined || total <= 0) return undefined;
  const [place, ms] = most;
  return `${place} took ${Math.floor((100 * ms) / total)} %`;
}

/** A bar of `share` of the width, to an eighth of a cell; at least a hair for what is not nothing. */
function bar(share: number, width: number): string {
  const eighths = share > 0 ? Math.max(1, Math.round(share * width * 8)) : 0;
  const rest = BARS.charAt(eighths % 8);
  return '█'.repeat(Math.floor(eighths / 8)) + (rest === ' ' ? '' : rest);
}
