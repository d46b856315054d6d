import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';

const TURN_MS = 10;

/**
 * Resolves to a figure when it is at least `least` and has not changed for many turns of the event loop. A pause of the
 * whole process lasts one turn, whatever its length.
 */
export async function settled(figure: () => number, least: number, turns = 20): Promise<number> {
  await expect.poll(figure).toBeGreaterThanOrEqual(least);
  let last = figure();
  for (let same = 0; same < turns; same += 1) {
    await sleep(TURN_MS);
    const now = figure();
    if (now !== last) same = 0;
    last = now;
  }
  return last;
}
