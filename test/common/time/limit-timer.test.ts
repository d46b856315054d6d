import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { startLimit } from '../../../src/common/time/limit-timer.js';
import { pauseProcess } from '../../support/clocks/pause.js';

test('a limit passes once, after its time', async () => {
  const began = performance.now();
  let passed = 0;
  const tookMs = await new Promise<number>((resolve) => {
    startLimit(20, () => {
      passed += 1;
      resolve(performance.now() - began);
    });
  });
  expect(tookMs).toBeGreaterThan(18);
  await sleep(40);
  expect(passed).toBe(1);
});

test.each(['clear', 'refresh'] as const)(
  '%s in a read that is due with the limit comes first',
  async (what) => {
    const { port1, port2 } = new MessageChannel();
    const order: string[] = [];
    const limit = startLimit(20, () => void order.push('passed'));
    const read = once(port2, 'message').then(() => {
      order.push('read');
      limit[what]();
    });
    port1.postMessage('');
    pauseProcess(60);
    await read;
    await expect.poll(() => order).toEqual(what === 'clear' ? ['read'] : ['read', 'passed']);
    await sleep(40);
    expect(order).toEqual(what === 'clear' ? ['read'] : ['read', 'passed']);
    port1.close();
  },
);
