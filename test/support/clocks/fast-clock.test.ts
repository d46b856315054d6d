import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { fastClock } from './fast-clock.js';

const WAIT_MS = 2000;

/** Prints how long each kind of wait takes by each clock, and the Unix time. Its argument is the wait. */
const PROGRAM = `
import { setInterval as ticks, setTimeout as sleep } from 'node:timers/promises';
import { once } from 'node:events';
import { promisify } from 'node:util';
const waits = {
  timer: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  interval: (ms) => new Promise((resolve) => { const timer = setInterval(() => resolve(clearInterval(timer)), ms); }),
  sleep,
  ticks: async (ms) => { for await (const _ of ticks(ms)) break; },
  promisified: (ms) => promisify(setTimeout)(ms),
  signal: (ms) => once(AbortSignal.timeout(ms), 'abort'),
};
const clocks = {
  performance: () => performance.now(),
  origin: () => performance.timeOrigin + performance.now(),
  unix: () => Date.now(),
  date: () => new Date().getTime(),
  hrtime: () => { const [s, ns] = process.hrtime(); return s * 1e3 + ns / 1e6; },
  bigint: () => Number(process.hrtime.bigint()) / 1e6,
};
const read = () => Object.entries(clocks).map(([name, now]) => [name, now()]);
// The timer of an abort signal does not keep the program running.
const running = setInterval(() => {}, 60_000);
const begin = read();
const one = async ([wait, run]) => {
  await run(${WAIT_MS});
  return read().map(([clock, ms], index) => ({ what: wait + ' by ' + clock, ms: ms - begin[index][1] }));
};
const took = (await Promise.all(Object.entries(waits).map(one))).flat();
clearInterval(running);
console.log(JSON.stringify({ took, unixMs: Date.now(), originMs: clocks.origin() }));
`;

interface Printed {
  readonly took: readonly { readonly what: string; readonly ms: number }[];
  readonly unixMs: number;
  readonly originMs: number;
}

test('all clocks and timers of a program run at the same speed, and all programs have the same time', async () => {
  const speed = 40;
  const { env } = await fastClock(speed);
  // The clocks have run since then.
  const startMs = Number(env.FAST_CLOCK?.split(' ')[1]);
  const program = ['--input-type=module', '--eval', PROGRAM];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, program, { env });
  const endMs = Date.now();
  expect(stderr).toBe('');
  const { took, unixMs, originMs } = JSON.parse(stdout) as Printed;
  expect(took).toHaveLength(36);
  // A timer may fire a millisecond early. Unix time has whole milliseconds of the system's clock, each of them `speed` long.
  for (const { what, ms } of took) {
    expect(ms, what).toBeGreaterThanOrEqual(WAIT_MS - 2 * speed);
    expect(ms, what).toBeLessThanOrEqual((endMs - startMs) * speed);
  }
  expect(unixMs - startMs).toBeLessThanOrEqual((endMs - startMs) * speed);
  expect(unixMs - startMs).toBeGreaterThanOrEqual(WAIT_MS);
  expect(Math.abs(originMs - unixMs)).toBeLessThanOrEqual((endMs - startMs) * speed);
});
