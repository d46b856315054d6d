import type { CircuitStatus, LimitStatus } from '../../protocol/health.js';
import type { Transport } from '../upstream/transport.js';
import { CIRCUIT_DEFAULTS, type CircuitSettings, createCircuit } from './circuit.js';
import { withCircuitBreaker } from './circuit-breaker.js';
import { type Clock, systemClock } from './clock.js';
import { createEgress, type Egress, type EgressRules, withEgress } from './egress.js';
import { createPerOrigin, type Pair } from './per-origin.js';
import { withRedirects } from './redirects.js';
import { withReplacedConnections } from './replaced-connections.js';
import { withRetry } from './retry.js';
import { createRetryBudget } from './retry-budget.js';
import { RETRY_DEFAULTS, type RetrySettings } from './retry-decision.js';
import { createScopedCircuits } from './scoped-circuits.js';
import { DEFAULT_LIMITS, type Limits, withTenantLimits } from './tenant-limits.js';

export interface PolicyOptions {
  limits?: Limits;
  /** Default: all addresses except link-local, metadata, reserved and multicast ones. */
  egress?: Partial<EgressRules>;
  retry?: Partial<RetrySettings>;
  circuit?: Partial<CircuitSettings>;
  /** Shorthand for `retry.attempts`. */
  maxAttempts?: number;
  /** Default: the system's clock. */
  clock?: Clock;
  /** Returns a number from 0 (inclusive) to 1 (exclusive), for jitter. Default: Math.random. */
  random?: () => number;
}

/** All policies that a request passes between the client and the network. */
export interface Policies {
  readonly send: Transport;
  /** Returns a tenant's circuit and retry budget at an origin. */
  statusOf(pair: Pair): CircuitStatus;
  /** Returns the pairs of tenant and origin whose circuit is not closed. */
  broken(): Pair[];
  limits(): LimitStatus[];
}

/** Returns the egress rules. The socket connector also applies them to resolved addresses. */
export function egressFrom({ egress = {} }: PolicyOptions): Egress {
  return createEgress({ allow: [], deny: [], loopback: true, plain: true, ...egress });
}

/** Wraps a transport in the policies. */
export function withPolicies(transport: Transport, egress: Egress, options: PolicyOptions = {}): Policies {
  const { limits = DEFAULT_LIMITS, maxAttempts, clock = systemClock, random = Math.random } = options;
  const settings: RetrySettings = {
    ...RETRY_DEFAULTS,
    ...options.retry,
    ...(maxAttempts !== undefined && { attempts: maxAttempts }),
  };
  const circuit: CircuitSettings = { ...CIRCUIT_DEFAULTS, ...options.circuit };
  const circuits = createPerOrigin(() => createScopedCircuits(() => createCircuit(clock, circuit)));
  const budgets = createPerOrigin(() => createRetryBudget(clock, settings));

  // The first policy is the nearest to the network, so a request passes them in the opposite order.
  let send = transport;
  send = withReplacedConnections(send, settings.attempts);
  send = withCircuitBreaker(send, circuits);
  send = withEgress(send, egress);
  send = withRedirects(send);
  send = withRetry(send, { budgets, clock, random, settings });
  const limited = withTenantLimits(send, limits, clock);

  return {
    send: limited.send,
    limits: limited.status,
    broken: () => circuits.pairs(({ status }) => status.state !== 'closed'),
    statusOf({ tenantId, origin }) {
      const { state, retryInMs } = (circuits.known(tenantId, origin) ?? createCircuit(clock, circuit)).status;
      return {
        circuit: state,
        circuitRetryAtMs: state === 'open' ? Math.round(clock.wallNow() + retryInMs) : 0,
        // An origin that requests reached only through redirects has no budget yet.
        retryBudget: (budgets.known(tenantId, origin) ?? createRetryBudget(clock, settings)).left,
      };
    },
  };
}
