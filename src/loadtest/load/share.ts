import type { Arrivals } from './arrivals.js';

/** The part of a test that one of several processes or threads sends. All shares together are the whole test. */
export interface Share {
  /** Number of the share, from 0. */
  readonly index: number;
  readonly of: number;
}

export const WHOLE: Share = { index: 0, of: 1 };
const MAX_SHARES = 10_000;

/** Parses `2/8`, the second of eight shares; undefined for an invalid text. */
export function parseShare(text: string): Share | undefined {
  const [, number, count] = /^(\d{1,5})\/(\d{1,5})$/.exec(text.trim()) ?? [];
  const share = { index: Number(number) - 1, of: Number(count) };
  return share.index >= 0 && share.index < share.of && share.of <= MAX_SHARES ? share : undefined;
}

/** Returns the text that `parseShare` reads. */
export const formatShare = ({ index, of }: Share): string => `${index + 1}/${of}`;

/** Returns every `of`-th arrival, beginning with number `index`. The arrivals keep their indexes. */
export function arrivalsOf({ index, of }: Share, arrivals: Arrivals): Arrivals {
  let number = -1;
  return () => {
    for (let arrival = arrivals(); arrival !== undefined; arrival = arrivals()) {
      number += 1;
      if (number % of === index) return arrival;
    }
    return undefined;
  };
}

/** Returns a share's part of `slots`. The parts of all shares add up to `slots`. */
export function slotsOf({ index, of }: Share, slots: number): number {
  return Number.isFinite(slots) ? Math.floor((slots + of - 1 - index) / of) : slots;
}
