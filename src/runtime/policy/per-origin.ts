const MAX_ENTRIES = 2000;

/** Keeps one value for each pair of tenant and upstream origin, so that tenants don't affect each other. */
export interface PerOrigin<T> {
  of(tenantId: string, origin: string): T;
  /** Returns the value if it exists; never creates one. */
  known(tenantId: string, origin: string): T | undefined;
  /** Returns the pairs whose value `wanted` accepts. */
  pairs(wanted: (value: T) => boolean): Pair[];
}

export interface Pair {
  readonly tenantId: string;
  readonly origin: string;
}

/** Returns a key for the pair. It is unique, because an origin contains no line end. */
export function pairKey(tenantId: string, origin: string): string {
  return `${origin}\n${tenantId}`;
}

/** Clients choose the tenant names, so the number of entries is limited. At the limit, the oldest entry is removed. */
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
