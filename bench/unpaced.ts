// Measures the CPU of client and daemon together for 100,000 deltas without pauses. Compares it with the `openai` package.
// BASE=DIR also measures the SDK and the daemon of another checkout, in alternating runs. Run: tsx bench/unpaced.ts
import type { StreamFigures, Way } from './support/consumer.js';
import { median, report, say } from './support/figures.js';
import { openBench, type Peer } from './support/programs.js';

const RUNS = 11;
const COUNT = 100_000;
const { BASE } = process.env;

const bench = await openBench();
const { url } = await bench.server();
const base = `${url}/rate/0/count/${COUNT}`;
const baseBench = BASE === undefined ? undefined : await openBench(BASE);

interface Program {
  way: Way;
  client: Peer;
  daemon?: Peer;
}

const programs: Record<string, Program> = {
  undici: { way: 'undici', client: await bench.consumer() },
  openai: { way: 'openai', client: await bench.consumer() },
  sdk: { way: 'sdk', daemon: await bench.daemon(), client: await bench.consumer() },
  ...(baseBench && {
    base: { way: 'sdk', daemon: await baseBench.daemon(), client: await baseBench.consumer() },
  }),
};

/** CPU time of client and daemon, in µs a delta. */
interface Cost {
  client: number;
  daemon: number;
}

async function run({ way, client, daemon }: Program): Promise<Cost> {
  const before = await daemon?.usage();
  const figures = await client.ask<StreamFigures>('stream', { way, base, count: COUNT, lags: false });
  const after = await daemon?.usage();
  if (figures.inOrder !== COUNT) throw new Error(`${way}: ${figures.inOrder} of ${COUNT} deltas`);
  return {
    client: figures.cpuUs / COUNT,
    daemon: ((after?.cpuUs ?? 0) - (before?.cpuUs ?? 0)) / COUNT,
  };
}

try {
  for (const program of Object.values(programs)) await run(program);
  const runs: Record<string, Cost>[] = [];
  for (let count = 0; count < RUNS; count += 1) {
    const costs: Record<string, Cost> = {};
    // The order alternates, so that no program always follows the same other one.
    const order = Object.entries(programs);
    if (count % 2 === 1) order.reverse();
    for (const [name, program] of order) costs[name] = await run(program);
    runs.push(costs);
  }
  const of = (name: string, part: (cost: Cost) => number): number =>
    median(runs.map((run) => part(run[name] ?? { client: NaN, daemon: NaN })));
  const both = ({ client, daemon }: Cost): number => client + daemon;
  const ratio = (name: string, other: string): number =>
    median(runs.map(({ [name]: one, [other]: two }) => (one && two ? both(one) / both(two) : NaN)));
  say(`${COUNT} deltas unpaced, CPU µs a delta, median of ${RUNS}`);
  say(`undici directly ${of('undici', both).toFixed(2)}`);
  say(`openai package  ${of('openai', both).toFixed(2)}`);
  for (const name of Object.keys(programs).slice(2))
    say(
      `${name}: SDK ${of(name, (cost) => cost.client).toFixed(2)}, daemon ${of(name, (cost) => cost.daemon).toFixed(2)}`,
    );
  report('SDK and daemon', of('sdk', both), 'µs', 3.5);
  report('SDK and daemon / openai package', ratio('sdk', 'openai'), 'x', 0.45);
  if (BASE !== undefined) report('SDK and daemon / the same of BASE', ratio('sdk', 'base'), 'x', 1.03);
} finally {
  await baseBench?.close();
  await bench.close();
}
