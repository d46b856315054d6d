const MAX_ENTRIES = 2000;

/** One thing for each tenant and upstream origin; one tenant's trouble is not another's. */
export interface PerOrigin<T> {
  of(tenantId: string, origin: string): T;
  /** What there is for an origin, of any tenant. */
  at(origin: string): T[];
  /** Origins with something that `wanted` accepts, each once. */
  origins(wanted: (value: T) => boolean): string[];
}

/** Tenants' names come from clients: beyond a limit the entry that was made first makes room. */
export function createPerOrigin<T>(create: (origin: string) => T): PerOrigin<T> {
  const entries = new Map<string, { origin: string; value: T }>();
  return {
    of(tenantId, origin) {
      // An origin holds no line end, so no two pairs make the same key.
      const key = `${tenantId}\n${origin}`;
      const known = entries.get(key);
      if (known !== undefined) return known.value;
      const [oldest] = entries.keys();
      if (oldest !== undefined && entries.size >= MAX_ENTRIES) entries.delete(oldest);
      const value = create(origin);
      entries.set(key, { origin, value });
      return value;
    },
    origins(wanted) {
      const found = [...entries.values()].filter(({ value }) => wanted(value));
      return [...new Set(found.map(({ origin }) => origin))];
    },
    at: (origin) =>
      [...entries.values()].filter((entry) => entry.origin === origin).map((entry) => entry.value),
  };
}
