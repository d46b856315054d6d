import { hash } from 'node:crypto';
import type { UpstreamCall } from '../upstream/transport.js';
import type { Circuit } from './circuit.js';

/** The circuits of one tenant at one origin: one for each key and scope, so that one model's trouble is not another's. */
export interface ScopedCircuits {
  of(scope: string): Circuit;
  /** The worst of them. */
  readonly status: Circuit['status'];
}

/** Clients choose scopes: at the limit the oldest circuit is removed. */
const MAX_SCOPES = 100;
const SEVERITY = { closed: 0, 'half-open': 1, open: 2 } as const;

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

/** What a call's circuit concerns beside tenant and origin: its key, of which a hash alone is kept, and its scope. */
export function scopeOf({ request, policy }: Pick<UpstreamCall, 'request' | 'policy'>): string {
  const keys = request.headers.filter(([name]) => KEY_HEADERS.has(name.toLowerCase()));
  const key = keys.length === 0 ? '' : hash('sha256', keys.map(([, value]) => value).join('\n'));
  return `${key}\n${policy.scope ?? ''}`;
}
