import { gamma, type Random } from '../../common/random.js';
import type { Stage } from './stages.js';

/** The random process of the intervals between arrivals. */
export type ArrivalProcess =
  | { readonly kind: 'poisson' }
  /** Equal intervals. */
  | { readonly kind: 'constant' }
  /** Gamma-distributed intervals. Shape 1 is Poisson; below 1, arrivals come in bursts; above 1, they are more even. */
  | { readonly kind: 'gamma'; readonly shape: number };

export const ARRIVALS_SYNTAX = 'poisson, constant or gamma:SHAPE';
const MAX_SHAPE = 1000;
const MIN_SHAPE = 0.01;

/** Parses a process; undefined when the text does not match `ARRIVALS_SYNTAX`. */
export function parseArrivals(text: string): ArrivalProcess | undefined {
  if (text === 'poisson' || text === 'constant') return { kind: text };
  const [, digits] = /^gamma:(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  const shape = Number(digits);
  return shape >= MIN_SHAPE && shape <= MAX_SHAPE ? { kind: 'gamma', shape } : undefined;
}

/** Returns the text that `parseArrivals` reads. */
export function formatArrivals(process: ArrivalProcess): string {
  return process.kind === 'gamma' ? `gamma:${process.shape}` : process.kind;
}

/** The intended send time of one request. */
export interface Arrival {
  /** Number among all requests of the test, from 0, even when this process sends only a share of them. */
  readonly index: number;
  /** In ms since the start. */
  readonly atMs: number;
}

/** Returns the next arrival in order of time; undefined after the last. */
export type Arrivals = () => Arrival | undefined;

/** Creates arrivals at the given times. */
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
 * Creates arrivals at the rates of the stages, one stage after another. The intervals are drawn for a rate of 1 and
 * then scaled by the current rate. So a Poisson process stays Poisson while its rate changes.
 */
export function createArrivals(process: ArrivalProcess, stages: readonly Stage[], random: Random): Arrivals {
  return arrivalsAt(momentsOf(process, stages, random));
}

function momentsOf(
  process: ArrivalProcess,
  stages: readonly Stage[],
  random: Random,
): () => number | undefined {
  const nextInterval = unitIntervals(process, random);
  let index = 0;
  let stageMs = 0;
  /** Expected number of arrivals before the stage. */
  let before = 0;
  /** Expected number of arrivals until the next one. */
  let due = process.kind === 'constant' ? 0 : nextInterval();
  return () => {
    for (let stage = stages[index]; stage !== undefined; index += 1, stage = stages[index]) {
      const { from, to, ms } = stage;
      const expected = ((from + to) / 2) * (ms / 1000);
      const rest = due - before;
      if (rest < expected) {
        due += nextInterval();
        return stageMs + momentOf(rest, stage) * 1000;
      }
      before += expected;
      stageMs += ms;
    }
    return undefined;
  };
}

/** Draws intervals with mean 1. */
function unitIntervals(process: ArrivalProcess, random: Random): () => number {
  switch (process.kind) {
    case 'constant':
      return () => 1;
    case 'poisson':
      return () => -Math.log(1 - random());
    case 'gamma':
      return () => gamma(process.shape, random) / process.shape;
  }
}

/** Returns the time within a stage, in seconds, until which `arrivals` arrivals are expected. */
function momentOf(arrivals: number, { from, to, ms }: Stage): number {
  if (arrivals === 0) return 0;
  const slope = Number.isFinite(ms) ? (to - from) / (ms / 1000) : 0;
  return (2 * arrivals) / (from + Math.sqrt(from * from + 2 * slope * arrivals));
}
