// Makes the clocks and timers of this process run faster, before the program starts. Times keep their proportions, so
// that a limit of the program ends the same answers as before. Not faster: timers within Node itself, and the system's.
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import promises from 'node:timers/promises';
import { promisify } from 'node:util';

/** The clocks of all processes of a test show this Unix time, in ms, at the same moment. */
const [speed = 1, startUnixMs = 0] = (process.env.FAST_CLOCK ?? '').split(' ').map(Number);
const real = {
  ...timers,
  sleep: promises.setTimeout,
  ticks: promises.setInterval,
  limit: AbortSignal.timeout,
  nowMs: performance.now.bind(performance),
  originUnixMs: performance.timeOrigin,
  unixMs: Date.now,
  ns: process.hrtime.bigint,
};

const unixMs = (realUnixMs: number): number => startUnixMs + (realUnixMs - startUnixMs) * speed;
const ns = (): bigint => real.ns() * BigInt(speed);
const hrtime = ([s, rest]: readonly [number, number] = [0, 0]): [number, number] => {
  const sinceNs = ns() - BigInt(s) * 1_000_000_000n - BigInt(rest);
  return [Number(sinceNs / 1_000_000_000n), Number(sinceNs % 1_000_000_000n)];
};
process.hrtime = Object.assign(hrtime, { bigint: ns });
Object.defineProperties(performance, {
  now: { value: () => real.nowMs() * speed },
  timeOrigin: { value: unixMs(real.originUnixMs) },
});
Date.now = () => Math.floor(unixMs(real.unixMs()));
globalThis.Date = new Proxy(Date, {
  apply: () => new Date().toString(),
  construct: (target, args, made) => Reflect.construct(target, args.length === 0 ? [Date.now()] : args, made),
});

type Callback = (...args: unknown[]) => void;
type Start<T> = (callback: Callback, ms?: number, ...args: unknown[]) => T;
const scaled = <T>(start: Start<T>, promised: unknown): Start<T> =>
  Object.assign(((callback, ms = 0, ...args) => start(callback, ms / speed, ...args)) satisfies Start<T>, {
    [promisify.custom]: promised,
  });
promises.setTimeout = (ms = 0, value, options) => real.sleep(ms / speed, value, options);
promises.setInterval = (ms = 0, value, options) => real.ticks(ms / speed, value, options);
Object.assign(timers, {
  setTimeout: scaled(real.setTimeout, promises.setTimeout),
  setInterval: scaled(real.setInterval, promises.setInterval),
});
Object.assign(globalThis, { setTimeout: timers.setTimeout, setInterval: timers.setInterval });
AbortSignal.timeout = (ms) => real.limit.call(AbortSignal, Math.ceil(ms / speed));
syncBuiltinESMExports();
