import { createTally, type Tally } from '../../../loadtest/figures/tally.js';
import { loadOf } from '../load.js';
import { measureNext, type SearchContext } from './search-context.js';
import { levelFlags } from './search-level.js';

/** Sends one request at a time until this many have ended or the time has passed. */
export async function oneAtATime(
  context: SearchContext,
  label: string,
  { requests, s }: { readonly requests: number; readonly s: number },
  signal: AbortSignal,
): Promise<Tally> {
  const own = levelFlags({ ...context.flags, drain: 0 }, 'concurrency', 1);
  const { rate: _rate, arrivals: _arrivals, ...flags } = { ...own, duration: s };
  const { kind: loop, limit } = loadOf(flags);
  const tally = createTally(loop);
  const enough = new AbortController();
  const timer = setInterval(() => {
    if (tally.count >= requests) enough.abort();
  }, 20);
  const test = { label: `${context.label} ${label}`, flags, load: { kind: loop, limit }, tally };
  await measureNext(context, test, AbortSignal.any([signal, enough.signal])).finally(() =>
    clearInterval(timer),
  );
  return tally;
}
