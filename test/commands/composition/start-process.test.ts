import { expect, test } from 'vitest';
import { startProcess } from '../../../src/commands/composition/start-process.js';

/** The timers that keep this process running. */
const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

test('this process waits for one that starts, and no longer after its release', async () => {
  const before = timers();
  const child = startProcess([process.execPath, '--eval', 'process.stdin.resume()'], 'the daemon');
  expect(timers()).toBe(before + 1);
  child.release();
  expect(timers()).toBe(before);
  await expect(child.ready).rejects.toThrow('the daemon ended at once');
});
