import type { MetricSample } from './exposition.js';
import { KNOWN_SERVERS, ROLE_NAMES, ROLES, type Role } from './known-servers.js';

/** The server load that a metrics page reports. */
export interface ServerReading {
  /** The server that the sample names belong to; undefined when no known server matches. */
  readonly server: string | undefined;
  readonly figures: Partial<Readonly<Record<Role, number>>>;
}

/** Reads the server's load from the samples of one page. NaN and infinite values are ignored. */
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
