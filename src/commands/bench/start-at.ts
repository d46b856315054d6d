import { setTimeout as sleep } from 'node:timers/promises';
import { printMessage } from '../support/output/print-message.js';

/** Waits until the given time, so that tests on several machines begin together. Prints a notice when that time is in the past. */
export async function waitForStart(time: Date, signal: AbortSignal): Promise<void> {
  const leftMs = time.getTime() - wallMs();
  if (leftMs < 0) {
    printMessage(
      `--start-at ${time.toISOString()} passed ${(-leftMs / 1000).toFixed(1)} s ago: the test begins now`,
    );
    return;
  }
  await sleep(leftMs, undefined, { signal }).catch(() => {});
  // A timer may fire up to a millisecond early.
  while (wallMs() < time.getTime() && !signal.aborted) await sleep(1);
}

const wallMs = (): number => performance.timeOrigin + performance.now();
