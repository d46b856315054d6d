import { mean } from '../../../metrics/percentile.js';
import { type LoadKind, MOST_LOAD } from '../flags/search-flags.js';
import { oneAtATime } from './one-at-a-time.js';
import type { SearchContext } from './search-context.js';

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
  const { turnsOf } = context;
  const tally = await oneAtATime(context, 'alone', PILOT, signal);
  // The first request may have opened the connection.
  const [, ...later] = tally.samples;
  const used = later.length > 0 ? later : tally.samples;
  const ms = mean(used.map(({ intendedMs, endMs }) => endMs - intendedMs)) ?? PILOT.s * 1000;
  const turns = mean(Array.from({ length: LOOKED_AT }, (_, index) => turnsOf(index))) ?? 1;
  const perSecond = 1000 / Math.max(1, ms * turns);
  return Math.min(MOST_LOAD / 2, Math.max(0.01, Number(perSecond.toPrecision(2))));
}
