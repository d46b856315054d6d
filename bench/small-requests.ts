// Small requests: the daemon's CPU for each, and the throughput of one connection with 64 at once beside that of
// 8 connections with one each. Run: tsx bench/small-requests.ts
import { median, report, say } from './support/figures.js';
import { openBench } from './support/programs.js';

const RUNS = 5;
const COUNT = 20_000;

const bench = await openBench();
const { url } = await bench.server();
const daemon = await bench.daemon();
const consumer = await bench.consumer();

interface Figures {
  daemonUs: number;
  perSecond: number;
}

async function run(lanes: number, shared: boolean): Promise<Figures> {
  const before = await daemon.usage();
  const { wallMs } = await consumer.ask<{ wallMs: number }>('requests', {
    base: url,
    count: COUNT,
    lanes,
    shared,
  });
  const after = await daemon.usage();
  return { daemonUs: (after.cpuUs - before.cpuUs) / COUNT, perSecond: (COUNT / wallMs) * 1000 };
}

try {
  await run(8, false);
  await run(64, true);
  const runs: Record<'eight' | 'one', Figures>[] = [];
  for (let count = 0; count < RUNS; count += 1) {
    runs.push({ eight: await run(8, false), one: await run(64, true) });
  }
  const line = (name: 'eight' | 'one', what: string): void => {
    const perSecond = median(runs.map((one) => one[name].perSecond));
    const cpu = median(runs.map((one) => one[name].daemonUs));
    say(`${what}: ${perSecond.toFixed(0)} a second, daemon ${cpu.toFixed(1)} µs each`);
  };
  say(`${COUNT} requests a run, median of ${RUNS}`);
  line('eight', '8 connections, 1 at a time on each');
  line('one', '1 connection, 64 at once          ');
  report('daemon CPU each, 8 connections', median(runs.map((one) => one.eight.daemonUs)), 'µs', 45);
  report(
    'throughput, 8 connections / 64 at once on one',
    median(runs.map((one) => one.eight.perSecond / one.one.perSecond)),
    'x',
    1,
  );
} finally {
  await bench.close();
}
