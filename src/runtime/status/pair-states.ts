import { pairKey } from '../policy/per-origin.js';
import type { Policies } from '../policy/policies.js';
import type { PoolStatus } from '../upstream/upstream-pools.js';
import type { PairState } from './health.js';
import type { Figures } from './statistics.js';

const NO_POOL = { poolOpen: 0, poolBusy: 0, poolQueued: 0, protocol: '' } as const;

/** Merges the state of pools, policies and figures for each pair of tenant and origin. */
export function pairStates(
  pools: readonly PoolStatus[],
  policies: Pick<Policies, 'statusOf' | 'broken'>,
  figures: readonly Figures[],
): PairState[] {
  const states = new Map<string, PairState>();
  const put = (
    { tenantId, origin }: Pick<PairState, 'tenantId' | 'origin'>,
    knownOf: (base: PairState) => Partial<PairState> = () => ({}),
  ): void => {
    const key = pairKey(tenantId, origin);
    const before = states.get(key);
    const base = before ?? { tenantId, origin, ...NO_POOL, ...policies.statusOf({ tenantId, origin }) };
    states.set(key, { ...base, ...knownOf(base) });
  };
  for (const one of figures) put(one, () => ({ figures: one }));
  // A pair can have several pools: requests without a connection limit use a separate pool.
  for (const one of pools) {
    put(one, ({ poolOpen, poolBusy, poolQueued, protocol }) => ({
      poolOpen: poolOpen + one.poolOpen,
      poolBusy: poolBusy + one.poolBusy,
      poolQueued: poolQueued + one.poolQueued,
      protocol: one.protocol || protocol,
    }));
  }
  for (const one of policies.broken()) put(one);
  return [...states.values()];
}
