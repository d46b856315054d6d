import type { ExchangeMetrics } from '../../metrics/exchange.js';
import type { RateLimit } from '../../metrics/rate-limits.js';
import type { LoggedExchange } from '../../state/exchange/exchange-log.js';
import { sanitizeLine } from '../../state/text/sanitize.js';
import { count, duration } from '../style/format.js';
import { type Line, spread } from '../style/line.js';
import { verdictOn } from './waterfall/verdict.js';

/** In words: what the wait consists of and who says so, what contradicts it, and the provider's limits. */
export function providerLines({ wait, provider }: ExchangeMetrics): string[] {
  const parts = wait?.parts ?? [];
  const limits = provider?.rateLimits ?? [];
  return [
    ...parts.map(
      ({ name, ms, basis, hop, source }) =>
        `${name} ${duration(ms)} of ${hop}: ${basis}${source === undefined ? '' : ` by ${source}`}`,
    ),
    ...(wait?.contradictions ?? []).map((text) => `contradiction: ${text}`),
    ...(provider?.refused ?? []).map((source) => `not a time: ${source}`),
    ...(provider?.requestId === undefined ? [] : [`request id: ${provider.requestId}`]),
    ...limits.map((limit) => `limit: ${limitText(limit)}`),
  ];
}

/** Rate limits in a narrow pane, the one with the least left first. */
export function limitLines(limits: readonly RateLimit[], width: number): Line[] {
  const share = ({ remaining, limit }: RateLimit): number => remaining / (limit ?? Number.POSITIVE_INFINITY);
  return [...limits]
    .sort((a, b) => share(a) - share(b))
    .map((limit) => {
      const { of, remaining, resetMs } = limit;
      const most = limit.limit === undefined ? '' : `/${short(limit.limit)}`;
      const reset: Line = resetMs === undefined ? [] : [['dim', `in ${duration(resetMs)}`]];
      return spread([['dim', `${sanitizeLine(of)} `], `${short(remaining)}${most}`], reset, width);
    });
}

/** `499 of 500 requests left, renewed in 120 ms`. */
export function limitText({ of, remaining, limit, resetMs }: RateLimit): string {
  const most = limit === undefined ? '' : ` of ${count(limit)}`;
  const reset = resetMs === undefined ? '' : `, renewed in ${duration(resetMs)}`;
  return `${count(remaining)}${most} ${of} left${reset}`;
}

/** `30 k` for what has no room as `30,000`. */
function short(value: number): string {
  if (value < 10_000) return count(value);
  return value < 1_000_000 ? `${Math.round(value / 1000)}k` : `${(value / 1_000_000).toFixed(1)}M`;
}

/** What a provider's support asks for: ids, model, times and region; no key, no address, no content. */
export function supportSummary({ number, atMs, endpoint, response, end }: LoggedExchange): string {
  const { metrics } = end ?? {};
  const { provider, wait } = metrics ?? {};
  const time = (name: string, ms: number | undefined): string[] =>
    ms === undefined ? [] : [`${name}: ${ms.toFixed(1)} ms`];
  return [
    `exchange: #${number} at ${new Date(atMs).toISOString()}`,
    `endpoint: ${endpoint.name}`,
    `model: ${endpoint.model}`,
    `outcome: ${end?.outcome ?? 'running'}`,
    ...(response === undefined ? [] : [`status: ${response.statusCode}`]),
    ...(provider?.requestId === undefined ? [] : [`request id: ${provider.requestId}`]),
    ...Object.entries(provider?.region ?? {}).map(([name, value]) => `${name}: ${value}`),
    ...time('TTFB', metrics?.ttfbMs),
    ...time('TTFT', metrics?.ttftMs),
    ...time('E2E', metrics?.e2eMs),
    ...Object.entries(metrics?.hops ?? {}).flatMap(([name, ms]) => time(`hop ${name}`, ms)),
    ...(metrics === undefined ? [] : [`attempts: ${metrics.attempts}`]),
    ...(metrics?.replaced ? [`dead connections replaced: ${metrics.replaced}`] : []),
    ...(provider?.times ?? []).map(({ source, ms }) => `reported ${source}: ${ms.toFixed(1)} ms`),
    ...(wait?.contradictions ?? []).map((text) => `contradiction: ${text}`),
    ...[metrics && verdictOn(metrics)].flatMap((verdict) =>
      verdict === undefined ? [] : [`verdict: ${verdict}`],
    ),
  ]
    .map(sanitizeLine)
    .join('\n');
}
