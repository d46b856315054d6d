import { costText } from '../../metrics/cost.js';
import type { ExchangeMetrics } from '../../metrics/exchange.js';
import type { ProviderReport } from '../../metrics/provider-report.js';
import type { ReportedPart } from '../../metrics/provider-times.js';
import type { RateLimit } from '../../protocol/rate-limits.js';
import type { LoggedExchange } from '../../state/exchange/exchange-log.js';
import { sanitizeLine } from '../../state/text/sanitize.js';
import { count, duration } from '../style/format.js';
import { verdictOn } from './waterfall/verdict.js';

/**
 * Returns lines about the wait: its parts with their sources, contradictions, the request's id, and the rate limits.
 */
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
    ...(provider?.times ?? [])
      .filter(({ part }) => !SPLIT.includes(part))
      .map(({ part, ms, source }) => `${part} ${duration(ms)}: reported by ${source}`),
    ...costLines(provider),
    ...limits.map((limit) => `limit: ${limitText(limit)}`),
  ];
}

/** Returns the reported times that appear in `parts` or in a contradiction. */
const SPLIT: readonly ReportedPart[] = ['queue', 'load', 'prompt', 'processing'];

function costLines(provider: ProviderReport | undefined): string[] {
  const { cost } = provider ?? {};
  return cost === undefined ? [] : [`cost ${costText(cost)}: reported by ${cost.source}`];
}

/** Returns e.g. `499 of 500 requests left, renewed in 120 ms`. */
export function limitText({ of, remaining, limit, resetMs }: RateLimit): string {
  const most = limit === undefined ? '' : ` of ${count(limit)}`;
  const reset = resetMs === undefined ? '' : `, renewed in ${duration(resetMs)}`;
  return `${count(remaining)}${most} ${of} left${reset}`;
}

/** Returns a text for the provider's support, with ids, model, times and region. It contains no key, URL or content. */
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
    ...costLines(provider),
    ...(wait?.contradictions ?? []).map((text) => `contradiction: ${text}`),
    ...[metrics && verdictOn(metrics)].flatMap((verdict) =>
      verdict === undefined ? [] : [`verdict: ${verdict}`],
    ),
  ]
    .map(sanitizeLine)
    .join('\n');
}
