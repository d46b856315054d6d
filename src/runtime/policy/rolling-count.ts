import type { Clock } from './clock.js';

const SLICES = 10;

/** Counts recent events, in slices of a tenth of the window: events of the last 90 to 100 % of the window count. */
export interface RollingCount {
  add(): void;
  readonly total: number;
}

/** Creates a count of the events of the last `windowMs` ms. */
export function createRollingCount(windowMs: number, clock: Pick<Clock, 'now'>): RollingCount {
  const sliceMs = windowMs / SLICES;
  const slices = new Array<number>(SLICES).fill(0);
  let current = Math.floor(clock.now() / sliceMs);
  let total = 0;

  const forgetOld = (): void => {
    const now = Math.floor(clock.now() / sliceMs);
    for (const end = Math.min(now, current + SLICES); current < end; ) {
      current += 1;
      total -= slices[current % SLICES] ?? 0;
      slices[current % SLICES] = 0;
    }
    if (current !== now) {
      // The last event is older than the window: all slices are empty, so only the position moves.
      current = now;
    }
  };

  return {
    add() {
      forgetOld();
      slices[current % SLICES] = (slices[current % SLICES] ?? 0) + 1;
      total += 1;
    },
    get total() {
      forgetOld();
      return total;
    },
  };
}
