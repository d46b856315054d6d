import type { MetricSample } from './exposition.js';
import { KNOWN_SERVERS, ROLE_NAMES, ROLES, type Role } from './known-servers.js';

/** The server load that a metrics page reports. */
export interface ServerReading {
  /** The server that the sample names belong to; undefined when no known server matches. */
  readonly server: string | undefined;
  readonly figures: Partial<Readonly<Record<Role, number>>>;
}

type Labelled = Pick<MetricSample, 'labels' | 'value'>;

/** Reads the server's load from the samples of one page. NaN and infinite values are ignored. */
export function readServer(samples: Iterable<Labelled & Pick<MetricSample, 'name'>>): ServerReading {
  const found = new Map<string, Labelled[]>();
  for (const { name, labels, value } of samples) {
    if (!Number.isFinite(value)) continue;
    for (const { known, label } of WANTED.get(knownName(name)) ?? []) {
      if (label !== undefined && !hasLabel(labels, label)) continue;
      const before = found.get(known);
      if (before === undefined) found.set(known, [{ labels, value }]);
      else before.push({ labels, value });
    }
  }
  for (const { name, names } of KNOWN_SERVERS) {
    const figures: Partial<Record<Role, number>> = {};
    for (const role of ROLE_NAMES) {
      const values = names[role]
        ?.map((one) => [one].flat().flatMap((each) => joinedByRank(found.get(knownName(each)) ?? [], role)))
        .find((all) => all.length > 0);
      if (values !== undefined) figures[role] = joined(values, role);
    }
    if (Object.keys(figures).length > 0) return { server: name, figures };
  }
  return { server: undefined, figures: {} };
}

/** Ray Serve puts `ray_` before the names of vLLM. It and several gateways replace colons, which Prometheus reserves. */
function knownName(name: string): string {
  return name.replace(/^ray_/, '').replace(':', '_');
}

/** The known names, by the sample's name without the label that it must have. */
const WANTED = Map.groupBy(
  [...new Set(KNOWN_SERVERS.flatMap(({ names }) => Object.values(names).flat(2)).map(knownName))].map(
    (known) => {
      const [, sample = known, label] = /^(.*)\{(.*)\}$/.exec(known) ?? [];
      return { sample, known, label };
    },
  ),
  ({ sample }) => sample,
);

/** Whether a sample of this name can be one of the known figures. */
export const isKnownSample = (name: string): boolean => WANTED.has(knownName(name));

const hasLabel = (labels: string, label: string): boolean => `,${labels},`.includes(`,${label},`);

/**
 * Labels of processes that serve the same requests together, and so report the same values: SGLang's ranks. Each
 * `dp_rank` serves different requests.
 */
const SAME_REQUESTS = /(?:^|,)(?:tp_rank|pp_rank|cp_rank|attn_cp_rank|moe_ep_rank)="(?:[^"\\]|\\.)*"/g;
/** SGLang's scheduler reports a figure for each priority, and the sum under an empty priority. */
const PRIORITY = /(?:^|,)priority="((?:[^"\\]|\\.)*)"/;

/** Returns one value for each group of processes that report the same one. */
function joinedByRank(samples: readonly Labelled[], role: Role): number[] {
  const most = new Map<string, number>();
  for (const { labels, value } of withoutParts(samples, role)) {
    const key = labels.replace(SAME_REQUESTS, '');
    most.set(key, Math.max(most.get(key) ?? Number.NEGATIVE_INFINITY, value));
  }
  return [...most.values()];
}

/** Token counts have no sum over priorities, because each token is counted only under its request's priority. */
function withoutParts(samples: readonly Labelled[], role: Role): readonly Labelled[] {
  if (role === 'prompt_tokens' || role === 'generation_tokens') return samples;
  const sums = samples.filter(({ labels }) => PRIORITY.exec(labels)?.[1] === '');
  return sums.length > 0 ? sums : samples;
}

function joined(values: readonly number[], role: Role): number {
  return ROLES[role].joined === 'sum' ? values.reduce((sum, one) => sum + one, 0) : Math.max(...values);
}
