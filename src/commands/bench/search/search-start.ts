import { createTally } from '../../../loadtest/figures/tally.js';
import { mean } from '../../../metrics/percentile.js';
import { type LoadKind, MOST_LOAD } from '../flags/search-flags.js';
import { loadOf } from '../load.js';
import { measureNext, type SearchContext } from './search-context.js';
import { levelFlags } from './search-level.js';

/** The pilot test, with one request at a time, ends after this many requests or seconds. */
const PILOT = { requests: 5, s: 10 } as const;
/** Number of conversations whose mean length counts. */
const LOOKED_AT = 100;

/**
 * Returns a search's first load. For rates, it is the rate that a closed loop of one request, or of one conversation
 * without pauses, reaches.
 */
export async function firstLoad(
  context: SearchContext,
  kind: LoadKind,
  signal: AbortSignal,
): Promise<number> {
  if (kind === 'concurrency') return 1;
  const { flags, label, turnsOf } = context;
  const own = levelFlags({ ...flags, drain: 0 }, 'concurrency', 1);
  const { rate: _rate, arrivals: _arrivals, ...closed } = { ...own, duration: PILOT.s };
  const { kind: loop, limit } = loadOf(closed);
  const tally = createTally(loop);
  const enough = new AbortController();
  const timer = setInterval(() => {
    if (tally.samples.length >= PILOT.requests) enough.abort();
  }, 20);
  const pilot = { label: `${label} alone`, flags: closed, load: { kind: loop, limit }, tally };
  await measureNext(context, pilot, AbortSignal.any([signal, enough.signal])).finally(() =>
    clearInterval(timer),
  );
  // The first request may have opened the connection.
  const [, ...later] = tally.samples;
  const used = later.length > 0 ? later : tally.samples;
  const ms = mean(used.map(({ intendedMs, endMs }) => endMs - intendedMs)) ?? PILOT.s * 1000;
  const turns = mean(Array.from({ length: LOOKED_AT }, (_, index) => turnsOf(index))) ?? 1;
  const perSecond = 1000 / Math.max(1, ms * turns);
  return Math.min(MOST_LOAD / 2, Math.max(0.01, Number(perSecond.toPrecision(2))));
}
