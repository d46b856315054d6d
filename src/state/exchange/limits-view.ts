import type { RateLimit } from '../../protocol/rate-limits.js';
import type { EndpointInfo } from '../ports.js';

/** The rate limits in the latest response. */
export interface LimitsView {
  /** The endpoint and model that the limits apply to. */
  readonly endpoint: Pick<EndpointInfo, 'name' | 'model'>;
  /** When the response came, Unix time in ms; the other times are relative to it. */
  readonly atMs: number;
  readonly rates: readonly RateLimit[];
  /** The ms until the provider accepts a request; absent when it accepted this one. */
  readonly retryAfterMs?: number;
}

/** The part of the state that selects the limits to show. */
interface Shown {
  readonly request: { readonly limits?: LimitsView | undefined };
  readonly endpoint: LimitsView['endpoint'];
}

/** Returns the limits of the endpoint and model in use. */
export function limitsOf({ request: { limits }, endpoint }: Shown): LimitsView | undefined {
  const isSame = limits?.endpoint.name === endpoint.name && limits.endpoint.model === endpoint.model;
  return isSame ? limits : undefined;
}

/** Replaces the limits by those of a response. If the response has none, the earlier limits stay. */
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

/** Adds the Retry-After of a refused request. */
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

/** Returns the response's age in ms, rounded down to seconds so that all countdowns change together. */
export function elapsedMs({ atMs }: LimitsView, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - atMs) / SECOND_MS)) * SECOND_MS;
}

/** Returns the ms until a countdown changes; undefined when all have ended. */
export function nextLimitsChangeMs(limits: LimitsView, nowMs: number): number | undefined {
  const elapsed = elapsedMs(limits, nowMs);
  const left = [...limits.rates.map(({ resetMs = 0 }) => resetMs), limits.retryAfterMs ?? 0]
    .map((ms) => ms - elapsed)
    .filter((ms) => ms > 0);
  if (left.length === 0) return undefined;
  // Above an hour the screen shows no seconds.
  const step = Math.min(...left) > HOUR_MS ? 60 * SECOND_MS : SECOND_MS;
  return step - Math.max(0, (nowMs - limits.atMs) % SECOND_MS);
}
