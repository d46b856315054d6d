import type { Hops } from './hops.js';
import type { ReportedPart, ReportedTime } from './provider-times.js';

/** A part of the time between sending the request and the first output. */
export type WaitPartName = 'network' | 'queue' | 'load' | 'prompt' | 'processing' | 'unexplained';

/**
 * The origin of a figure. `measured`: by the daemon; `reported`: by the provider; `inferred`: the remaining measured
 * time.
 */
export type Basis = 'measured' | 'reported' | 'inferred';

/** One part of the wait for the provider. */
export interface WaitPart {
  name: WaitPartName;
  ms: number;
  basis: Basis;
  /** The hop that contains the part. The parts of `wait` add up to the hop. */
  hop: 'wait' | 'first_token' | 'thinking';
  /** The header or JSON member that holds a reported part. */
  source?: string;
}

/** Label in the panes, basis and definition of each part, in order of time. Screen and docs use this table. */
export const WAIT_PARTS = {
  network: {
    label: 'round trip',
    basis: 'measured',
    what: 'one round trip: how long the TCP handshake of the connection took. With a proxy, the round trip to the proxy',
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

/** What the wait for the provider consists of. */
export interface WaitSplit {
  /** The parts in order of time; empty when nothing explains the wait. */
  parts: WaitPart[];
  /** One line for each reported time that the measured times contradict. */
  contradictions: string[];
}

/** Providers round to whole milliseconds, so a reported time may exceed the measured one by this much. */
const ROUNDING_MS = 1;
const ORDER = ['queue', 'load', 'prompt'] as const satisfies readonly ReportedPart[];
const LABELS = { queue: 'queue', load: 'model load', prompt: 'prompt processing', processing: 'processing' };

/**
 * Splits `wait` into one network round trip, the times that the provider reports, and the rest. A reported part may
 * extend into the next hop. A reported time longer than the measured time becomes a contradiction instead of a part.
 * @param handshakeMs duration of the connection's TCP handshake, which is one round trip
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
  // A provider may count from the request's first bytes, while the daemon still writes the rest.
  const slack = (hops.send ?? 0) + ROUNDING_MS;

  const believed = (part: 'queue' | 'load' | 'prompt' | 'processing', most: number) => {
    const [first, second] = reported.filter((time) => time.part === part);
    if (first === undefined) return undefined;
    if (second !== undefined && differ(first.ms, second.ms))
      contradictions.push(
        `${first.source} (${shown(first.ms)}) and ${second.source} (${shown(second.ms)}) differ`,
      );
    if (first.ms <= most + slack) return { ...first, part, ms: Math.min(first.ms, most) };
    contradictions.push(
      `${first.source} reports ${shown(first.ms)} of ${LABELS[part]}, longer than the measured ${shown(most)}`,
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
  // `processing` covers all work until the headers, including the parts above.
  const whole = believed('processing', wait);
  const rest = (whole?.ms ?? 0) - named.reduce((sum, { ms }) => sum + ms, 0);
  if (whole !== undefined && rest > 0) named.push({ ...whole, ms: rest });

  if (handshakeMs === undefined && named.length === 0) return { parts: [], contradictions };
  const room = Math.max(0, wait - named.reduce((sum, { ms }) => sum + ms, 0));
  const network = Math.min(handshakeMs ?? 0, room);
  if (handshakeMs !== undefined && whole !== undefined && handshakeMs > room + slack)
    contradictions.push(
      `a round trip took ${shown(handshakeMs)} when connecting; the reported times leave only ${shown(room)} for it`,
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
