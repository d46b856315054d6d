// Measures the cost of the hop through the daemon: arrival lag and CPU of each delta. Compares it with direct requests:
// undici with the SSE parser, and the official `openai` package. A minimal daemon (only frames and undici) is the lower
// bound.
// BASE=DIR also measures the SDK and the daemon of another checkout, in alternating runs. Run: tsx bench/hop-cost.ts
import type { StreamFigures } from './support/consumer.js';
import { median, report, say, table } from './support/figures.js';
import { openBench, type Peer } from './support/programs.js';

const RUNS = 5;
const SECONDS = 2;
const { BASE } = process.env;
type Way = 'undici' | 'openai' | 'relay' | 'sdk' | 'base';
const WAYS: readonly Way[] = [
  'undici',
  'openai',
  'relay',
  'sdk',
  ...(BASE === undefined ? [] : (['base'] as const)),
];

const NAMES: Record<Way, string> = {
  undici: 'undici',
  openai: 'openai package',
  relay: 'SDK, frames and undici',
  sdk: 'SDK and daemon',
  base: 'SDK and daemon of BASE',
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
const baseBench = BASE === undefined ? undefined : await openBench(BASE);
const hops: Partial<Record<Way, Peer | undefined>> = {
  relay: relay.peer,
  sdk: daemon,
  base: await baseBench?.daemon(),
};
// Each variant has its own process, so that none profits from code that another one has compiled.
const consumers: Record<Way, Peer | undefined> = {
  undici: await bench.consumer(),
  openai: await bench.consumer(),
  relay: await bench.consumer(relay.socket),
  sdk: await bench.consumer(),
  base: await baseBench?.consumer(),
};

async function run(way: Way, rate: number): Promise<Figures> {
  const count = rate * SECONDS;
  const before = await hops[way]?.usage();
  const consumer = consumers[way];
  if (consumer === undefined) throw new Error(`${way} is not measured`);
  const figures = await consumer.ask<StreamFigures>('stream', {
    way: way === 'relay' || way === 'base' ? 'sdk' : way,
    base: `${url}/rate/${rate}/count/${count}`,
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
    const runs: Map<Way, Figures>[] = [];
    for (let count = 0; count < RUNS; count += 1) {
      const found = new Map<Way, Figures>();
      for (const way of WAYS) found.set(way, await run(way, rate));
      runs.push(found);
    }
    const of = (way: Way, figure: keyof Figures): number =>
      median(runs.map((found) => found.get(way)?.[figure] ?? Number.NaN));
    const ratio = (figure: keyof Figures, other: Way): number =>
      median(runs.map((found) => (found.get('sdk')?.[figure] ?? 0) / (found.get(other)?.[figure] ?? 0)));
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
    report('lag p50, SDK and daemon / openai package', ratio('lagP50Us', 'openai'), 'x', 1);
    report('CPU a delta, SDK and daemon / openai package', ratio('cpuUs', 'openai'), 'x', 0.75);
    if (BASE === undefined) continue;
    report('lag p50, SDK and daemon / the same of BASE', ratio('lagP50Us', 'base'), 'x', 1.03);
    report('CPU a delta, SDK and daemon / the same of BASE', ratio('cpuUs', 'base'), 'x', 1.03);
  }
} finally {
  await baseBench?.close();
  await bench.close();
}
