const MAX_ENTRIES = 2000;

/** One value for each pair of tenant and upstream origin, so that tenants don't affect each other. */
export interface PerOrigin<T> {
  of(tenantId: string, origin: string): T;
  /** The existing value. */
  known(tenantId: string, origin: string): T | undefined;
  /** The pairs whose value `wanted` accepts. */
  pairs(wanted: (value: T) => boolean): Pair[];
}

export interface Pair {
  readonly tenantId: string;
  readonly origin: string;
}

/** An origin has no line end, so two pairs never make the same key. */
export function pairKey(tenantId: string, origin: string): string {
  return `${origin}\n${tenantId}`;
}

/** Clients choose tenant names: at the limit the oldest entry is removed. */
export function createPerOrigin<T>(create: () => T): PerOrigin<T> {
  const entries = new Map<string, Pair & { value: T }>();
  return {
    of(tenantId, origin) {
      const key = pairKey(tenantId, origin);
      const known = entries.get(key);
      if (known !== undefined) return known.value;
      const [oldest] = entries.keys();
      if (oldest !== undefined && entries.size >= MAX_ENTRIES) entries.delete(oldest);
      const value = create();
      entries.set(key, { tenantId, origin, value });
      return value;
    },
    known: (tenantId, origin) => entries.get(pairKey(tenantId, origin))?.value,
    pairs: (wanted) => [...entries.values()].filter(({ value }) => wanted(value)),
  };
}
