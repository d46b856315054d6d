import { setTimeout as sleep } from 'node:timers/promises';

const TURN_MS = 10;

/**
 * Resolves after at least this time, in ms, which it waits in short turns of the event loop. So this process reads its
 * sockets before the next step, even after it had no CPU for longer than that: a single timer would be due first.
 */
export async function sleepInTurns(ms: number): Promise<void> {
  for (let leftMs = ms; leftMs > 0; leftMs -= TURN_MS) await sleep(Math.min(leftMs, TURN_MS));
}
