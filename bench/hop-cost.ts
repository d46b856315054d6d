// What the way through the daemon costs: arrival lag and CPU of each delta, beside undici with the SSE parser
// directly and the official `openai` package directly. Run: tsx bench/hop-cost.ts
import type { StreamFigures, Way } from './support/consumer.js';
import { median, report, say, table } from './support/figures.js';
import { openBench, type Peer } from './support/programs.js';

const RUNS = 5;
const SECONDS = 2;
const WAYS: readonly Way[] = ['undici', 'openai', 'sdk'];

interface Figures {
  lagP50Us: number;
  lagP99Us: number;
  cpuUs: number;
}

const bench = await openBench();
const { url } = await bench.server();
const daemon = await bench.daemon();
// A process for each way, so that none runs on what the JIT compiler learned from another.
const consumers = {
  undici: await bench.consumer(),
  openai: await bench.consumer(),
  sdk: await bench.consumer(),
};

async function run(way: Way, rate: number): Promise<Figures> {
  const count = rate * SECONDS;
  const before = await daemon.usage();
  const consumer: Peer = consumers[way];
  const base = `${url}/rate/${rate}/count/${count}`;
  const figures = await consumer.ask<StreamFigures>('stream', { way, base, count });
  const after = await daemon.usage();
  if (figures.inOrder !== count) throw new Error(`${way}: ${figures.inOrder} of ${count} deltas`);
  const daemonUs = way === 'sdk' ? after.cpuUs - before.cpuUs : 0;
  return {
    lagP50Us: figures.lagP50Us,
    lagP99Us: figures.lagP99Us,
    cpuUs: (figures.cpuUs + daemonUs) / count,
  };
}

try {
  // Runs that don't count, at the pace that is measured: one event a read is another path than many at once.
  for (const way of WAYS) for (const rate of [5000, 5000, 200]) await run(way, rate);
  for (const rate of [200, 5000]) {
    const runs: Record<Way, Figures>[] = [];
    for (let count = 0; count < RUNS; count += 1) {
      runs.push({
        undici: await run('undici', rate),
        openai: await run('openai', rate),
        sdk: await run('sdk', rate),
      });
    }
    const of = (way: Way, figure: keyof Figures): number => median(runs.map((one) => one[way][figure]));
    const ratio = (figure: keyof Figures): number =>
      median(runs.map(({ sdk, openai }) => sdk[figure] / openai[figure]));
    say(`\n${rate} events a second, median of ${RUNS}`);
    say(
      table([
        ['', 'lag p50 µs', 'lag p99 µs', 'CPU µs a delta'],
        ...WAYS.map((way) => [
          { undici: 'undici', openai: 'openai package', sdk: 'SDK and daemon' }[way],
          of(way, 'lagP50Us').toFixed(0),
          of(way, 'lagP99Us').toFixed(0),
          of(way, 'cpuUs').toFixed(1),
        ]),
      ]),
    );
    report('lag p50, SDK and daemon / openai package', ratio('lagP50Us'), 'x', 1);
    report('CPU a delta, SDK and daemon / openai package', ratio('cpuUs'), 'x', 0.75);
  }
} finally {
  await bench.close();
}
