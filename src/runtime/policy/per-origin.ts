const MAX_ENTRIES = 2000;

/** One thing for each tenant and upstream origin; one tenant's trouble is not another's. */
export interface PerOrigin<T> {
  of(tenantId: string, origin: string): T;
  /** What there is already. */
  known(tenantId: string, origin: string): T | undefined;
  /** The pairs whose thing `wanted` accepts. */
  pairs(wanted: (value: T) => boolean): Pair[];
}

export interface Pair {
  readonly tenantId: string;
  readonly origin: string;
}

/** An origin holds no line end, so no two pairs make the same key. */
export function pairKey(tenantId: string, origin: string): string {
  return `${origin}\n${tenantId}`;
}

/** Tenants' names come from clients: beyond a limit the entry that was made first makes room. */
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
