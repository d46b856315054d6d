import { gamma, type Random } from '../common/random.js';
import type { Stage } from './stages.js';

/** How the gaps between arrivals are drawn. */
export type ArrivalProcess =
  | { readonly kind: 'poisson' }
  /** Evenly. */
  | { readonly kind: 'constant' }
  /** Gamma-distributed gaps. Shape 1 is Poisson; below, arrivals come in bursts; above, more evenly. */
  | { readonly kind: 'gamma'; readonly shape: number };

export const ARRIVALS_SYNTAX = 'poisson, constant or gamma:SHAPE';
const MAX_SHAPE = 1000;
const MIN_SHAPE = 0.01;

/** Undefined when the text is none of `ARRIVALS_SYNTAX`. */
export function parseArrivals(text: string): ArrivalProcess | undefined {
  if (text === 'poisson' || text === 'constant') return { kind: text };
  const [, digits] = /^gamma:(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  const shape = Number(digits);
  return shape >= MIN_SHAPE && shape <= MAX_SHAPE ? { kind: 'gamma', shape } : undefined;
}

/** The text that `parseArrivals` reads. */
export function formatArrivals(process: ArrivalProcess): string {
  return process.kind === 'gamma' ? `gamma:${process.shape}` : process.kind;
}

/** When a request arrives, in ms since the start. */
export interface Arrival {
  /** From 0, among all of the test: also where this process sends a part of them. */
  readonly index: number;
  readonly atMs: number;
}

/** Arrivals in order; undefined after the last. */
export type Arrivals = () => Arrival | undefined;

/** Arrivals at these moments. */
export function arrivalsAt(next: () => number | undefined): Arrivals {
  let index = 0;
  return () => {
    const atMs = next();
    if (atMs === undefined) return undefined;
    index += 1;
    return { index: index - 1, atMs };
  };
}

/**
 * Arrivals at the rates of the stages, one stage after another. Gaps are drawn for a rate of 1 and then stretched by the
 * rate of the moment, so a Poisson process stays one while its rate changes.
 */
export function createArrivals(process: ArrivalProcess, stages: readonly Stage[], random: Random): Arrivals {
  return arrivalsAt(momentsOf(process, stages, random));
}

function momentsOf(
  process: ArrivalProcess,
  stages: readonly Stage[],
  random: Random,
): () => number | undefined {
  const nextGap = unitGaps(process, random);
  let index = 0;
  let stageMs = 0;
  /** How many arrivals are expected before the stage, and until the one that is next. */
  let before = 0;
  let due = process.kind === 'constant' ? 0 : nextGap();
  return () => {
    for (let stage = stages[index]; stage !== undefined; index += 1, stage = stages[index]) {
      const { from, to, ms } = stage;
      const expected = ((from + to) / 2) * (ms / 1000);
      const rest = due - before;
      if (rest < expected) {
        due += nextGap();
        return stageMs + momentOf(rest, stage) * 1000;
      }
      before += expected;
      stageMs += ms;
    }
    return undefined;
  };
}

/** Gaps with mean 1. */
function unitGaps(process: ArrivalProcess, random: Random): () => number {
  switch (process.kind) {
    case 'constant':
      return () => 1;
    case 'poisson':
      return () => -Math.log(1 - random());
    case 'gamma':
      return () => gamma(process.shape, random) / process.shape;
  }
}

/** After how many seconds of a stage so many arrivals are expected. */
function momentOf(arrivals: number, { from, to, ms }: Stage): number {
  if (arrivals === 0) return 0;
  const slope = Number.isFinite(ms) ? (to - from) / (ms / 1000) : 0;
  return (2 * arrivals) / (from + Math.sqrt(from * from + 2 * slope * arrivals));
}
