import type { RateLimit } from '../../protocol/rate-limits.js';
import type { EndpointInfo } from '../ports.js';

/** What the latest response said of the provider's limits. */
export interface LimitsView {
  /** Limits are counted for each of these. */
  readonly endpoint: Pick<EndpointInfo, 'name' | 'model'>;
  /** Unix time in ms of the response: the other times count from here. */
  readonly atMs: number;
  readonly rates: readonly RateLimit[];
  /** When the provider allows the next request; absent where it took this one. */
  readonly retryAfterMs?: number;
}

/** What of the state says which limits are shown. */
interface Shown {
  readonly request: { readonly limits?: LimitsView | undefined };
  readonly endpoint: LimitsView['endpoint'];
}

/** The limits of the endpoint and model in use. */
export function limitsOf({ request: { limits }, endpoint }: Shown): LimitsView | undefined {
  const isSame = limits?.endpoint.name === endpoint.name && limits.endpoint.model === endpoint.model;
  return isSame ? limits : undefined;
}

/** With the limits that a response brought; without any, the ones before it stay. */
export function withRates(
  before: LimitsView | undefined,
  endpoint: LimitsView['endpoint'],
  rates: readonly RateLimit[],
  nowMs: number,
): LimitsView | undefined {
  if (rates.length > 0) return { endpoint, atMs: nowMs, rates };
  if (before === undefined) return undefined;
  const { retryAfterMs: _over, ...limits } = before;
  return limits;
}

/** With the wait that a refusal asked for. */
export function withRetryAfter(
  before: LimitsView | undefined,
  endpoint: LimitsView['endpoint'],
  retryAfterMs: number,
  nowMs: number,
): LimitsView {
  const { atMs, rates } = before ?? { atMs: nowMs, rates: [] };
  return { endpoint, atMs, rates, retryAfterMs: nowMs - atMs + retryAfterMs };
}

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;

/** How long ago the response was, in whole seconds and in ms: all countdowns change at once. */
export function elapsedMs({ atMs }: LimitsView, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - atMs) / SECOND_MS)) * SECOND_MS;
}

/** In how many ms a countdown changes; undefined when all have passed. */
export function nextLimitsChangeMs(limits: LimitsView, nowMs: number): number | undefined {
  const elapsed = elapsedMs(limits, nowMs);
  const left = [...limits.rates.map(({ resetMs = 0 }) => resetMs), limits.retryAfterMs ?? 0]
    .map((ms) => ms - elapsed)
    .filter((ms) => ms > 0);
  if (left.length === 0) return undefined;
  // From an hour on the minutes alone are shown.
  const step = Math.min(...left) > HOUR_MS ? 60 * SECOND_MS : SECOND_MS;
  return step - Math.max(0, (nowMs - limits.atMs) % SECOND_MS);
}
