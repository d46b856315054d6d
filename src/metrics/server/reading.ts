import type { MetricSample } from './exposition.js';
import { KNOWN_SERVERS, ROLE_NAMES, ROLES, type Role } from './known-servers.js';

/** What a metrics page tells of the server's load. */
export interface ServerReading {
  /** The server whose names the page has; undefined for an unknown one. */
  readonly server: string | undefined;
  readonly figures: Partial<Readonly<Record<Role, number>>>;
}

/** Reads the figures that explain a client's from the samples of one page. Values that are no number count as absent. */
export function readServer(samples: Iterable<Pick<MetricSample, 'name' | 'value'>>): ServerReading {
  const values = new Map<string, number[]>();
  for (const { name, value } of samples) {
    if (!WANTED.has(name) || !Number.isFinite(value)) continue;
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  for (const { name, names } of KNOWN_SERVERS) {
    const figures: Partial<Record<Role, number>> = {};
    for (const role of ROLE_NAMES) {
      const found = names[role]
        ?.map((one) => [one].flat().flatMap((each) => values.get(each) ?? []))
        .find((all) => all.length > 0);
      if (found !== undefined) figures[role] = joined(found, role);
    }
    if (Object.keys(figures).length > 0) return { server: name, figures };
  }
  return { server: undefined, figures: {} };
}

const WANTED = new Set(KNOWN_SERVERS.flatMap(({ names }) => Object.values(names).flat(2)));

function joined(values: readonly number[], role: Role): number {
  return ROLES[role].joined === 'sum' ? values.reduce((sum, one) => sum + one, 0) : Math.max(...values);
}
