import { hash } from 'node:crypto';
import type { UpstreamCall } from '../upstream/transport.js';
import type { Circuit } from './circuit.js';

/**
 * The circuits of one tenant at one origin: one for each key and scope, so that one failing model does not block
 * others.
 */
export interface ScopedCircuits {
  of(scope: string): Circuit;
  /** The status of the worst circuit: open before half-open before closed. */
  readonly status: Circuit['status'];
}

/** Clients choose the scopes, so their number is limited. At the limit, the oldest circuit is removed. */
const MAX_SCOPES = 100;
const SEVERITY = { closed: 0, 'half-open': 1, open: 2 } as const;

/** Creates the circuits of one pair, each when its scope is first used. */
export function createScopedCircuits(create: () => Circuit): ScopedCircuits {
  const circuits = new Map<string, Circuit>();
  return {
    of(scope) {
      const known = circuits.get(scope);
      if (known !== undefined) return known;
      const [oldest] = circuits.keys();
      if (oldest !== undefined && circuits.size >= MAX_SCOPES) circuits.delete(oldest);
      const circuit = create();
      circuits.set(scope, circuit);
      return circuit;
    },
    get status() {
      let worst: Circuit['status'] = { state: 'closed', retryInMs: 0 };
      for (const { status } of circuits.values()) {
        if (SEVERITY[status.state] > SEVERITY[worst.state]) worst = status;
      }
      return worst;
    },
  };
}

const KEY_HEADERS: ReadonlySet<string> = new Set(['authorization', 'api-key', 'x-api-key', 'x-goog-api-key']);

/** Returns the part of a circuit's identity besides tenant and origin: a hash of the API key, and the scope. */
export function scopeOf({ request, policy }: Pick<UpstreamCall, 'request' | 'policy'>): string {
  const keys = request.headers.filter(([name]) => KEY_HEADERS.has(name.toLowerCase()));
  const key = keys.length === 0 ? '' : hash('sha256', keys.map(([, value]) => value).join('\n'));
  return `${key}\n${policy.scope ?? ''}`;
}
