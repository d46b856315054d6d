// 100,000 deltas without pauses: CPU of client and daemon together, compared with only the official `openai` package.
// Run: tsx bench/unpaced.ts
import type { StreamFigures, Way } from './support/consumer.js';
import { median, report, say } from './support/figures.js';
import { openBench } from './support/programs.js';

const RUNS = 5;
const COUNT = 100_000;

const bench = await openBench();
const { url } = await bench.server();
const daemon = await bench.daemon();
const consumers = {
  undici: await bench.consumer(),
  openai: await bench.consumer(),
  sdk: await bench.consumer(),
};
const base = `${url}/rate/0/count/${COUNT}`;

async function run(way: Way): Promise<{ client: number; daemon: number }> {
  const before = await daemon.usage();
  const figures = await consumers[way].ask<StreamFigures>('stream', { way, base, count: COUNT, lags: false });
  const after = await daemon.usage();
  if (figures.inOrder !== COUNT) throw new Error(`${way}: ${figures.inOrder} of ${COUNT} deltas`);
  return {
    client: figures.cpuUs / COUNT,
    daemon: way === 'sdk' ? (after.cpuUs - before.cpuUs) / COUNT : 0,
  };
}

try {
  for (const way of ['undici', 'openai', 'sdk'] as const) await run(way);
  const runs = [];
  for (let count = 0; count < RUNS; count += 1) {
    runs.push({ undici: await run('undici'), openai: await run('openai'), sdk: await run('sdk') });
  }
  const sdk = runs.map((one) => one.sdk);
  say(`${COUNT} deltas unpaced, CPU µs a delta, median of ${RUNS}`);
  say(`undici directly ${median(runs.map((one) => one.undici.client)).toFixed(2)}`);
  say(`openai package  ${median(runs.map((one) => one.openai.client)).toFixed(2)}`);
  say(
    `SDK ${median(sdk.map((one) => one.client)).toFixed(2)}, daemon ${median(sdk.map((one) => one.daemon)).toFixed(2)}`,
  );
  report('SDK and daemon', median(sdk.map((one) => one.client + one.daemon)), 'µs', 3.5);
  report(
    'SDK and daemon / openai package',
    median(runs.map((one) => (one.sdk.client + one.sdk.daemon) / one.openai.client)),
    'x',
    0.45,
  );
} finally {
  await bench.close();
}
