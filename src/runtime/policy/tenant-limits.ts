import { ConnectorException, ErrorClass } from '../../common/errors.js';
import type { LimitStatus } from '../../protocol/health.js';
import type { ResponseSink, Transport } from '../upstream/transport.js';
import type { Clock } from './clock.js';
import { createFairQueue, type FairQueue } from './fair-queue.js';
import { createTokenBucket, type TokenBucket } from './token-bucket.js';

/** The limits of one tenant. Infinity means no limit. */
export interface TenantLimit {
  /** The most requests that run at once. Further ones wait. */
  concurrent: number;
  /** The most requests that wait. Further ones are refused. */
  queued: number;
  requestsPerSecond: number;
  /** Counts request and response bodies together. */
  bytesPerSecond: number;
}

export interface Limits {
  /** The most requests of all tenants together that run at once. */
  concurrent: number;
  /** The limits of tenants without an entry in `tenants`. */
  default: TenantLimit;
  tenants: Readonly<Record<string, TenantLimit>>;
}

/** The defaults for a daemon of one user. They only limit how much memory requests can use. */
export const DEFAULT_LIMITS: Limits = {
  concurrent: 16_384,
  default: {
    concurrent: 8192,
    queued: 8192,
    requestsPerSecond: Number.POSITIVE_INFINITY,
    bytesPerSecond: Number.POSITIVE_INFINITY,
  },
  tenants: {},
};

/** One tenant's rates. */
interface Rates {
  limit: TenantLimit;
  requests: TokenBucket;
  bytes: TokenBucket;
  refused: number;
}

/** Clients choose the tenant names, so the number of tenants with rates in memory is limited. */
const MAX_TENANTS = 10_000;
/** A tenant that was idle may send the requests of this many seconds at once. */
const BURST_SECONDS = 1;
/** The time until a full queue has space is unknown, so this wait is a guess. */
const QUEUE_RETRY_MS = 1000;

export interface TenantLimits {
  /** The transport with the limits applied. */
  readonly send: Transport;
  /** Returns the state of tenants with running requests, refused requests or separate limits. */
  status(): LimitStatus[];
}

/** The most tenants in `status`. Clients choose the names, so there can be any number. */
const MAX_REPORTED = 100;

/**
 * Applies each tenant's limits.
 * - A request above a rate is refused with RateLimited, which says when to retry.
 * - A running answer is never slowed or cut: its bytes are counted, and the next request is refused.
 * - A request above the concurrency limit waits. Tenants are served in turn.
 */
export function withTenantLimits(next: Transport, limits: Limits, clock: Pick<Clock, 'now'>): TenantLimits {
  const limitOf = (tenantId: string): TenantLimit =>
    (Object.hasOwn(limits.tenants, tenantId) ? limits.tenants[tenantId] : undefined) ?? limits.default;
  const queue = createFairQueue({ total: limits.concurrent, of: limitOf });
  const rates = createRates(limitOf, clock);

  const enter = (tenantId: string, own: Rates, signal: AbortSignal): Promise<() => void> => {
    const { limit, requests, bytes } = own;
    try {
      refuseAbove('requests', limit.requestsPerSecond, requests, tenantId);
      refuseAbove('bytes', limit.bytesPerSecond, bytes, tenantId);
      requests.spend(1);
      return slotIn(queue, tenantId, limit, signal);
    } catch (error) {
      if (!signal.aborted) own.refused += 1;
      throw error;
    }
  };

  const send: Transport = async (call, sink) => {
    const { tenantId, request, signal } = call;
    const own = rates.of(tenantId);
    const { limit, bytes } = own;
    const release = await enter(tenantId, own, signal);
    bytes.spend(request.body?.length ?? 0);
    const counting: ResponseSink = {
      onHead: sink.onHead,
      onData(chunk) {
        bytes.spend(chunk.length);
        sink.onData(chunk);
      },
    };
    try {
      await next(call, limit.bytesPerSecond === Number.POSITIVE_INFINITY ? sink : counting);
    } finally {
      release();
    }
  };

  return {
    send,
    status() {
      const reported: LimitStatus[] = [];
      for (const tenantId of new Set([...Object.keys(limits.tenants), ...rates.tenants()])) {
        if (reported.length === MAX_REPORTED) break;
        const { running, waiting } = queue.of(tenantId);
        const refusedTotal = rates.known(tenantId)?.refused ?? 0;
        if (running + waiting + refusedTotal === 0 && !Object.hasOwn(limits.tenants, tenantId)) continue;
        const { concurrent, queued, requestsPerSecond, bytesPerSecond } = limitOf(tenantId);
        reported.push({
          tenant: tenantId,
          running,
          waiting,
          refusedTotal,
          concurrent,
          queued,
          requestsPerSecond: finiteOr0(requestsPerSecond),
          bytesPerSecond: finiteOr0(bytesPerSecond),
        });
      }
      return reported;
    },
  };
}

function finiteOr0(perSecond: number): number {
  return Number.isFinite(perSecond) ? perSecond : 0;
}

interface AllRates {
  of(tenantId: string): Rates;
  known(tenantId: string): Rates | undefined;
  tenants(): Iterable<string>;
}

function createRates(limitOf: (tenantId: string) => TenantLimit, clock: Pick<Clock, 'now'>): AllRates {
  const all = new Map<string, Rates>();
  const bucket = (perSecond: number): TokenBucket =>
    createTokenBucket({ perSecond, burst: Math.max(1, perSecond * BURST_SECONDS) }, clock);
  return {
    known: (tenantId) => all.get(tenantId),
    tenants: () => all.keys(),
    of(tenantId) {
      const known = all.get(tenantId);
      if (known !== undefined) return known;
      const [oldest] = all.keys();
      if (oldest !== undefined && all.size >= MAX_TENANTS) all.delete(oldest);
      const limit = limitOf(tenantId);
      const [requests, bytes] = [bucket(limit.requestsPerSecond), bucket(limit.bytesPerSecond)];
      const made: Rates = { limit, requests, bytes, refused: 0 };
      all.set(tenantId, made);
      return made;
    },
  };
}

function refuseAbove(what: string, perSecond: number, bucket: TokenBucket, tenantId: string): void {
  const { waitMs } = bucket;
  if (waitMs > 0) throw rateLimited(`${perSecond} ${what} a second`, tenantId, waitMs);
}

/** @throws {ConnectorException} RateLimited when the tenant's queue is full */
function slotIn(
  queue: FairQueue,
  tenantId: string,
  limit: TenantLimit,
  signal: AbortSignal,
): Promise<() => void> {
  signal.throwIfAborted();
  const slot = queue.acquire(tenantId, signal);
  if (slot !== undefined) return slot;
  const text = `${limit.concurrent} requests at once, with ${limit.queued} waiting`;
  throw rateLimited(text, tenantId, QUEUE_RETRY_MS);
}

function rateLimited(limit: string, tenantId: string, retryAfterMs: number): ConnectorException {
  const seconds = (Math.ceil(retryAfterMs / 100) / 10).toFixed(1);
  const tenant = JSON.stringify(tenantId.slice(0, 100));
  return new ConnectorException(
    `tenant ${tenant} is at this daemon's limit of ${limit}: try again in ${seconds} s`,
    ErrorClass.RateLimited,
    0,
    { hop: 'daemon', retryAfterMs },
  );
}
