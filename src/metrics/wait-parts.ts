import type { Hops } from './hops.js';
import type { ReportedPart, ReportedTime } from './provider-times.js';

/** A part of what passes between the request written and the first output. */
export type WaitPartName = 'network' | 'queue' | 'load' | 'prompt' | 'processing' | 'unexplained';

/** The source of the figure. `measured`: the daemon; `reported`: the provider; `inferred`: the rest of measured time. */
export type Basis = 'measured' | 'reported' | 'inferred';

export interface WaitPart {
  name: WaitPartName;
  ms: number;
  basis: Basis;
  /** The hop that the part lies in. The parts of one hop add up to it. */
  hop: 'wait' | 'first_token' | 'thinking';
  /** Of a reported part: the header or member that it came in. */
  source?: string;
}

/** What each part is, in order of time. `label`: as panes show it. The one definition of each. */
export const WAIT_PARTS = {
  network: {
    label: 'round trip',
    basis: 'measured',
    what: 'one round trip: the TCP handshake of the connection, kept while the connection is pooled. Behind a proxy it is the way to the proxy',
  },
  queue: { label: 'their queue', basis: 'reported', what: 'the request waited at the provider' },
  load: { label: 'model load', basis: 'reported', what: 'the provider loaded the model' },
  prompt: { label: 'read prompt', basis: 'reported', what: 'the provider processed the prompt' },
  processing: {
    label: 'processing',
    basis: 'reported',
    what: "the provider's work until the headers, less the parts above",
  },
  unexplained: { label: 'unexplained', basis: 'inferred', what: 'the rest of `wait`' },
} as const satisfies Record<WaitPartName, { label: string; basis: Basis; what: string }>;

export interface WaitSplit {
  /** In order of time; empty where nothing explains the wait. */
  parts: WaitPart[];
  /** Single lines on what the provider reported and what can't be true beside what was measured. */
  contradictions: string[];
}

/** Providers round to whole milliseconds: a reported time may exceed the measured one by this much. */
const ROUNDING_MS = 1;
const ORDER = ['queue', 'load', 'prompt'] as const satisfies readonly ReportedPart[];
const LABELS = { queue: 'queue', load: 'model load', prompt: 'prompt processing', processing: 'processing' };

/**
 * Splits `wait`, and the hop after it where a part reaches into it, into one round trip of the network, what the
 * provider reports, and the rest. A reported time longer than what was measured is left out, and named.
 * @param handshakeMs how long the connection's TCP handshake took: one round trip
 */
export function splitWait(
  hops: Hops,
  reported: readonly ReportedTime[],
  handshakeMs: number | undefined,
): WaitSplit {
  const { wait } = hops;
  if (wait === undefined) return { parts: [], contradictions: [] };
  const later = hops.thinking === undefined ? 'first_token' : 'thinking';
  const contradictions: string[] = [];
  const longest = wait + (hops[later] ?? 0);

  const believed = (part: 'queue' | 'load' | 'prompt' | 'processing', most: number) => {
    const [first, second] = reported.filter((time) => time.part === part);
    if (first === undefined) return undefined;
    if (second !== undefined && differ(first.ms, second.ms))
      contradictions.push(
        `${first.source} ${shown(first.ms)} and ${second.source} ${shown(second.ms)} differ`,
      );
    if (first.ms <= most + ROUNDING_MS) return { ...first, part, ms: Math.min(first.ms, most) };
    contradictions.push(
      `${LABELS[part]} ${shown(first.ms)} by ${first.source} is longer than the ${shown(most)} measured`,
    );
    return undefined;
  };

  const named = [];
  let left = longest;
  for (const part of ORDER) {
    const time = believed(part, left);
    if (time === undefined) continue;
    named.push(time);
    left -= time.ms;
  }
  // The whole of the work until the headers; what is named above is within it.
  const whole = believed('processing', wait);
  const rest = (whole?.ms ?? 0) - named.reduce((sum, { ms }) => sum + ms, 0);
  if (whole !== undefined && rest > 0) named.push({ ...whole, ms: rest });

  if (handshakeMs === undefined && named.length === 0) return { parts: [], contradictions };
  const room = Math.max(0, wait - named.reduce((sum, { ms }) => sum + ms, 0));
  const network = Math.min(handshakeMs ?? 0, room);
  if (handshakeMs !== undefined && whole !== undefined && handshakeMs > room + ROUNDING_MS)
    contradictions.push(
      `a round trip took ${shown(handshakeMs)} when connecting; beside what is reported, ${shown(room)} are left for it`,
    );

  const parts: WaitPart[] = [];
  let leftOfWait = wait;
  const put = (part: Omit<WaitPart, 'hop'>): void => {
    const within = Math.min(part.ms, leftOfWait);
    leftOfWait -= within;
    if (within > 0) parts.push({ ...part, ms: within, hop: 'wait' });
    if (part.ms > within) parts.push({ ...part, ms: part.ms - within, hop: later });
  };
  if (network > 0) put({ name: 'network', ms: network, basis: 'measured' });
  for (const { part, ms, source } of named) put({ name: part, ms, basis: 'reported', source });
  if (leftOfWait > 0) put({ name: 'unexplained', ms: leftOfWait, basis: 'inferred' });
  return { parts, contradictions };
}

function differ(one: number, other: number): boolean {
  return Math.abs(one - other) > Math.max(ROUNDING_MS, 0.1 * Math.max(one, other));
}

function shown(ms: number): string {
  return `${Math.round(ms)} ms`;
}
