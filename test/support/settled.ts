import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';

/** Resolves to a figure once it is at least `least`, and has not changed for `quietMs`. */
export async function settled(figure: () => number, least: number, quietMs = 150): Promise<number> {
  await expect.poll(figure).toBeGreaterThanOrEqual(least);
  for (;;) {
    const before = figure();
    await sleep(quietMs);
    if (figure() === before) return before;
  }
}
