import { type Arrivals, RUN_MS } from './arrivals.js';
import type { Delivered } from './delivered.js';

export const WITHHELD = ['burst', 'too_few_arrivals', 'hidden'] as const;
/**
 * Why the speed is withheld:
 * - `too_few_arrivals`: output came in fewer than three arrivals.
 * - `burst`: output came within 50 ms, nearly all of it came in the first arrival, most of what followed came at once,
 *   a buffer sent it in few bursts, or it came faster than a model writes.
 * - `hidden`: the provider counted tokens that never arrived, and the number that did is unknown.
 */
export type Withheld = (typeof WITHHELD)[number];

/** The speed of an answer after its first arrival, or the reason why it is withheld. */
export type Speed =
  | { kind: 'measured'; tokensPerSecond: number; tpotMs: number }
  | { kind: 'withheld'; reason: Withheld };

/** Shared objects, one for each reason, because a load test keeps the speed of each request. */
const REASONS: Readonly<Record<Withheld, Speed>> = {
  burst: { kind: 'withheld', reason: 'burst' },
  too_few_arrivals: { kind: 'withheld', reason: 'too_few_arrivals' },
  hidden: { kind: 'withheld', reason: 'hidden' },
};

const MIN_ARRIVALS = 3;
const MIN_SPREAD_MS = RUN_MS;
/** The first arrival may have this part of the output. */
const MAX_FIRST = 0.9;
/** A buffer that seldom flushes sends an answer in at most this many bursts after the first arrival, and reads. */
const FEW_BURSTS = 5;
const FEW_ARRIVALS = 12;
/** The fewest pieces in each of its bursts, and in each of its reads, on average. */
const IN_BURST = 4;
const IN_READ = 2;
/** Behind a steady model, the fastest burst is at most this many times as fast as the slowest. */
const UNSTEADY = 1.5;
/** When the wait for the first output was this many times as long as the rest, a buffer collected the rest before. */
const COLLECTED = 2;
/** In less than this part of the time, no steady answer brings half of its tokens. */
const STEADY = 0.25;
/** No model writes so many tokens per second; a cache or a buffer sends them. The fastest chips write up to 20,000. */
const MAX_TOKENS_PER_SECOND = 50_000;

/**
 * Divides the tokens after the first arrival by the time from the first arrival to the last. When each arrival has one
 * token, this is vLLM's TPOT: (E2E - TTFT) / (output tokens - 1). docs/metrics.md has worked examples.
 * @param waitMs time until the first output
 */
export function speedOf(arrivals: Arrivals, delivered: Delivered, waitMs: number): Speed {
  const { count, spreadMs, first, largest, run, total } = arrivals;
  if (count < MIN_ARRIVALS) return withheld('too_few_arrivals');
  if (spreadMs < MIN_SPREAD_MS) return withheld('burst');
  // When each piece is one token (and the end mark perhaps one more), counting pieces is exact; text length is not.
  const more = delivered.tokens - total.pieces;
  const weight = more === 0 || more === 1 ? 'pieces' : 'tokens';
  const rest = total[weight] - first[weight];
  const atOnce = run.ms < spreadMs * STEADY ? Math.max(largest[weight], run[weight]) : largest[weight];
  // Two batches of the same size show no more than two of different sizes. Two tokens are no batches.
  const inBatches = atOnce > rest / 2 || (atOnce === rest / 2 && atOnce > 1);
  const replayed = first[weight] > total[weight] * MAX_FIRST;
  if (replayed || inBatches || isFlushed(arrivals, waitMs)) return withheld('burst');
  if (!delivered.known) return withheld('hidden');
  const tokens =
    weight === 'pieces' ? delivered.tokens - first.pieces : delivered.tokens * (rest / total.tokens);
  if (tokens <= 0) return withheld('too_few_arrivals');
  if (tokens > (spreadMs / 1000) * MAX_TOKENS_PER_SECOND) return withheld('burst');
  return { kind: 'measured', tokensPerSecond: (tokens / spreadMs) * 1000, tpotMs: spreadMs / tokens };
}

/** Whether a buffer sent the answer in a few bursts that do not show how fast the model wrote. */
function isFlushed({ count, spreadMs, first, bursts, total }: Arrivals, waitMs: number): boolean {
  const few = count <= FEW_ARRIVALS && bursts.count <= FEW_BURSTS;
  const fewest = Math.max(IN_BURST * bursts.count, IN_READ * (count - 1));
  const buffered = few && total.pieces - first.pieces >= fewest;
  return buffered && (bursts.fastest > UNSTEADY * bursts.slowest || waitMs > COLLECTED * spreadMs);
}

export const NO_SPEED: Speed = withheld('too_few_arrivals');

/** Returns the speed in tokens per second; undefined when it is withheld. */
export function tokenRateOf(speed: Speed): number | undefined {
  return speed.kind === 'measured' ? speed.tokensPerSecond : undefined;
}

/** Returns the speed of an answer that has none, for a reason. */
export function withheld(reason: Withheld): Speed {
  return REASONS[reason];
}
