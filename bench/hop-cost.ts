// The cost of the hop through the daemon: arrival lag and CPU of each delta. Compares it with undici and the SSE parser
// directly, with the official `openai` package directly, and with a minimal daemon (only frames and undici) as the
// lower bound. Run: tsx bench/hop-cost.ts
import type { StreamFigures } from './support/consumer.js';
import { median, report, say, table } from './support/figures.js';
import { openBench, type Peer } from './support/programs.js';

const RUNS = 5;
const SECONDS = 2;
const WAYS = ['undici', 'openai', 'relay', 'sdk'] as const;
type Way = (typeof WAYS)[number];

const NAMES: Record<Way, string> = {
  undici: 'undici',
  openai: 'openai package',
  relay: 'SDK, frames and undici',
  sdk: 'SDK and daemon',
};

interface Figures {
  lagP50Us: number;
  lagP99Us: number;
  cpuUs: number;
}

const bench = await openBench();
const { url } = await bench.server();
const daemon = await bench.daemon();
const relay = await bench.relay('undici');
const hops: Partial<Record<Way, Peer>> = { relay: relay.peer, sdk: daemon };
// One process for each variant, so that none profits from JIT-compiled code of another.
const consumers = {
  undici: await bench.consumer(),
  openai: await bench.consumer(),
  relay: await bench.consumer(relay.socket),
  sdk: await bench.consumer(),
};

async function run(way: Way, rate: number): Promise<Figures> {
  const count = rate * SECONDS;
  const before = await hops[way]?.usage();
  const consumer: Peer = consumers[way];
  const base = `${url}/rate/${rate}/count/${count}`;
  const figures = await consumer.ask<StreamFigures>('stream', {
    way: way === 'relay' ? 'sdk' : way,
    base,
    count,
  });
  const after = await hops[way]?.usage();
  if (figures.inOrder !== count) throw new Error(`${way}: ${figures.inOrder} of ${count} deltas`);
  const hopUs = (after?.cpuUs ?? 0) - (before?.cpuUs ?? 0);
  return {
    lagP50Us: figures.lagP50Us,
    lagP99Us: figures.lagP99Us,
    cpuUs: (figures.cpuUs + hopUs) / count,
  };
}

try {
  // Warm-up runs at the measured rates: one event a read uses other code than many events at once.
  for (const way of WAYS) for (const rate of [5000, 5000, 200]) await run(way, rate);
  for (const rate of [200, 5000]) {
    const runs: Record<Way, Figures>[] = [];
    for (let count = 0; count < RUNS; count += 1) {
      runs.push({
        undici: await run('undici', rate),
        openai: await run('openai', rate),
        relay: await run('relay', rate),
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
          NAMES[way],
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
