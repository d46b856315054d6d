import type { ExchangeMetrics } from '../../../metrics/exchange.js';
import { HOPS, type HopName, type Place } from '../../../metrics/hops.js';
import { type Basis, WAIT_PARTS, type WaitPart } from '../../../metrics/wait-parts.js';
import { duration, percent } from '../../style/format.js';

type Shown = Pick<ExchangeMetrics, 'hops' | 'wait' | 'attempts'>;

/** A part of the time to the first token, which is a row of the waterfall. */
export interface Step {
  label: string;
  place: Place;
  ms: number;
  /** What happened in this part. */
  what: string;
  /** The name of its hop or part of the wait. */
  name: HopName | WaitPart['name'];
}

/** The marks after the labels of reported and inferred parts. */
const MARKS: Record<Basis, string> = { measured: '', reported: '*', inferred: '?' };

/** Returns the hops in order; a split hop is replaced by its parts. Their sum equals the sum of the hops. */
export function stepsOf({ hops, wait }: Shown): Step[] {
  const parts = wait?.parts ?? [];
  const sumOf = (chosen: readonly WaitPart[]): number => chosen.reduce((sum, { ms }) => sum + ms, 0);
  return HOPS.flatMap(({ name, label, place, what }): Step[] => {
    const ms = hops[name];
    if (ms === undefined) return [];
    if (name === 'wait' && parts.length > 0) {
      return [...new Set(parts.map((part) => part.name))].map((part) => ({
        label: WAIT_PARTS[part].label + MARKS[WAIT_PARTS[part].basis],
        what: WAIT_PARTS[part].what,
        place: part === 'network' ? 'the network' : 'the provider',
        ms: sumOf(parts.filter((one) => one.name === part)),
        name: part,
      }));
    }
    const own = Math.max(0, ms - sumOf(parts.filter(({ hop }) => hop === name)));
    return [{ label, place, ms: own, name, what }];
  });
}

/**
 * Returns the longest part of the time to the first token: its cause if that is known, else where it passed. Undefined
 * before the first token.
 */
export function verdictOn(metrics: Shown): string | undefined {
  const { hops } = metrics;
  if (hops.first_token === undefined && hops.thinking === undefined) return undefined;
  const steps = stepsOf(metrics);
  const total = steps.reduce((sum, { ms }) => sum + ms, 0);
  const places = new Map<Place, number>();
  for (const { place, ms } of steps) places.set(place, (places.get(place) ?? 0) + ms);
  const [most] = [...places].sort(([, a], [, b]) => b - a);
  if (most === undefined || total <= 0) return undefined;
  const [place, ms] = most;
  const share = (part: number): string => percent(part, total);
  switch (place) {
    case 'failed attempts':
      return `${metrics.attempts > 2 ? `our ${metrics.attempts - 1} retries` : 'our retry'} ${duration(ms)}`;
    case 'the network':
      return `network: ${roundTrips(metrics)}, ${share(ms)}`;
    case 'the provider': {
      const [longest] = steps.filter((step) => step.place === place).sort((a, b) => b.ms - a.ms);
      if (longest?.name === 'thinking') return `hidden reasoning ${duration(longest.ms)}`;
      const cause = longest && CAUSES[longest.name];
      return cause === undefined ? `${place} took ${share(ms)}` : `${cause} ${share(longest?.ms ?? 0)}`;
    }
    default:
      return `${place} took ${share(ms)}`;
  }
}

const CAUSES: Partial<Record<Step['name'], string>> = {
  queue: 'provider queue',
  load: 'model load',
  prompt: 'prompt processing',
};

/** Returns e.g. `3 round trips, a new TLS connection`: TCP, TLS 1.3 and the request take one round trip each. */
function roundTrips({ hops }: Shown): string {
  const { connect, tls, redirects } = hops;
  const trips = 1 + (connect === undefined ? 0 : 1) + (tls === undefined ? 0 : 1);
  return [
    trips === 1 ? '1 round trip' : `${trips} round trips`,
    ...(tls === undefined ? (connect === undefined ? [] : ['a new connection']) : ['a new TLS connection']),
    ...(redirects === undefined ? [] : ['a redirect']),
  ].join(', ');
}
