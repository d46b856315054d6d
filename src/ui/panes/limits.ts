import type { RateLimit } from '../../protocol/rate-limits.js';
import { elapsedMs, type LimitsView } from '../../state/exchange/limits-view.js';
import { sanitizeLine } from '../../state/text/sanitize.js';
import { count, seconds } from '../style/format.js';
import { type Line, lineWidth, spread } from '../style/line.js';

/** Returns the number of rows of `limitLines`. */
export function limitRows(limits: LimitsView | undefined): number {
  if (limits === undefined) return 0;
  return limits.rates.length + (limits.retryAfterMs === undefined ? 0 : 1);
}

/**
 * Returns the rate limits for a narrow pane, each with the time until its reset. The Retry-After is first, then the
 * limit with the smallest remaining share.
 */
export function limitLines(limits: LimitsView | undefined, nowMs: number, width: number): Line[] {
  if (limits === undefined) return [];
  const elapsed = elapsedMs(limits, nowMs);
  const { rates, retryAfterMs } = limits;
  const wait: Line[] =
    retryAfterMs === undefined
      ? []
      : [spread([['dim', 'retry after']], [countdown(retryAfterMs - elapsed) ?? 'now'], width)];
  const rows = [...rates]
    .sort((a, b) => shareLeft(a) - shareLeft(b))
    .map((rate) => {
      const { of, remaining, limit, resetMs } = rate;
      const most = limit === undefined ? '' : `/${short(limit)}`;
      const left: Line = [['dim', `${sanitizeLine(of)} `], `${short(remaining)}${most}`];
      return spread(left, [['dim', resetWords(resetMs, elapsed, width - lineWidth(left) - 1)]], width);
    });
  return [...wait, ...rows];
}

/** Returns the remaining share from 0 to 1; 1 for an unknown limit. */
function shareLeft({ remaining, limit }: RateLimit): number {
  return remaining === 0 ? 0 : limit === undefined ? 1 : remaining / limit;
}

function resetWords(resetMs: number | undefined, elapsed: number, room: number): string {
  if (resetMs === undefined) return '';
  const left = countdown(resetMs - elapsed);
  if (left === undefined) return 'reset';
  const words = `resets in ${left}`;
  return words.length <= room ? words : `in ${left}`;
}

/** Returns the time left, rounded up to seconds; undefined when none is left. */
function countdown(leftMs: number): string | undefined {
  if (leftMs <= 0) return undefined;
  const whole = Math.ceil(leftMs / 1000);
  return whole < 60 ? `${whole} s` : seconds(whole * 1000);
}

/** Returns a short form of large numbers, such as `30k` for 30,000. */
function short(value: number): string {
  if (value < 10_000) return count(value);
  return value < 1_000_000 ? `${Math.round(value / 1000)}k` : `${(value / 1_000_000).toFixed(1)}M`;
}
