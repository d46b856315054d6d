import type { OriginStatus } from '../../protocol/messages.js';
import type { PoolStatus } from '../http-transport.js';
import type { Transport } from '../transport.js';
import { type Circuit, createCircuit } from './circuit.js';
import { withCircuitBreaker } from './circuit-breaker.js';
import { type Clock, systemClock } from './clock.js';
import { createEgress, type Egress, type EgressRules, withEgress } from './egress.js';
import { createPerOrigin } from './per-origin.js';
import { withRedirects } from './redirects.js';
import { withRetry } from './retry.js';
import { createRetryBudget } from './retry-budget.js';
import { DEFAULT_LIMITS, type Limits, withTenantLimits } from './tenant-limits.js';

export interface PolicyOptions {
  limits?: Limits;
  /** [everything but link-local, metadata and multicast addresses] */
  egress?: Partial<EgressRules>;
  /** Attempts for one request, the first one included [3]. */
  maxAttempts?: number;
  /** [the system's] */
  clock?: Clock;
  /** From 0 up to 1, for jitter [Math.random]. */
  random?: () => number;
}

/** What pool and policies know of an origin; its tenants' figures are kept elsewhere. */
export type OriginState = Omit<OriginStatus, 'tenants'>;

/** Everything that is decided about a request between its client and the network. */
export interface Policies {
  readonly send: Transport;
  /**
   * Circuit and retry budget of each origin, of those without a connection only where the circuit is not closed.
   * Where tenants differ, the worst.
   */
  statusOf(pools: readonly PoolStatus[]): OriginState[];
}

/** The egress rules, for the connector as well: it sees what names resolve to. */
export function egressFrom({ egress = {} }: PolicyOptions): Egress {
  return createEgress({ allow: [], deny: [], loopback: true, plain: true, ...egress });
}

/** Puts the policies in front of a transport. */
export function withPolicies(transport: Transport, egress: Egress, options: PolicyOptions = {}): Policies {
  const { limits = DEFAULT_LIMITS, maxAttempts = 3, clock = systemClock, random = Math.random } = options;
  const circuits = createPerOrigin(() => createCircuit(clock));
  const budgets = createPerOrigin(() => createRetryBudget(clock));

  // From the network outwards: a request passes them in the opposite order.
  let send = transport;
  send = withCircuitBreaker(send, circuits);
  send = withEgress(send, egress);
  send = withRedirects(send);
  send = withRetry(send, { budgets, clock, random, maxAttempts });
  send = withTenantLimits(send, limits, clock);

  const statusOf = (pool: PoolStatus): OriginState => {
    const { state, retryInMs } = worst(circuits.at(pool.origin));
    const spent = budgets.at(pool.origin);
    // An origin that was reached by a redirect alone has no budget of its own yet.
    const known = spent.length > 0 ? spent : [createRetryBudget(clock)];
    return {
      ...pool,
      circuit: state,
      circuitRetryAtMs: state === 'open' ? Math.round(clock.wallNow() + retryInMs) : 0,
      retryBudget: Math.min(...known.map(({ left }) => left)),
    };
  };

  return {
    send,
    statusOf(pools) {
      const pooled = new Set(pools.map(({ origin }) => origin));
      const broken = circuits.origins(({ status }) => status.state !== 'closed');
      const unpooled = broken.filter((origin) => !pooled.has(origin));
      const empty = { poolOpen: 0, poolBusy: 0, poolQueued: 0 };
      return [...pools, ...unpooled.map((origin) => ({ origin, ...empty }))].map(statusOf);
    },
  };
}

const SEVERITY = ['closed', 'half-open', 'open'] as const;

function worst(circuits: readonly Circuit[]): Circuit['status'] {
  const rank = (status: Circuit['status']): number => SEVERITY.indexOf(status.state);
  return circuits
    .map((circuit) => circuit.status)
    .reduce((one, other) => (rank(other) > rank(one) ? other : one), { state: 'closed', retryInMs: 0 });
}
