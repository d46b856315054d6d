// Checks that times at the socket match the requested distribution, with one stream at a time: mean within 3 %, p95
// within 10 %. Median of 5 runs. Run: tsx bench/simulator-pacing.ts
import { mean, off, runSimulator, timeStream } from './simulator-client.js';
import { median, percentile } from './support/figures.js';

const RUNS = 5;
const SECONDS = 4;
const TTFT_MS = 300;
const TTFT_SIGMA = 0.1;
const TTFT_STREAMS = 80;

/** Returns the 95th percentile of a log-normal distribution with this mean. */
const logNormalP95 = (meanMs: number, sigma: number): number =>
  meanMs * Math.exp(1.645 * sigma - sigma ** 2 / 2);

function print(
  what: string,
  expected: { mean: number; p95: number },
  runs: readonly (readonly number[])[],
): void {
  const measuredMean = median(runs.map(mean));
  const measuredP95 = median(runs.map((values) => percentile(values, 0.95)));
  process.stdout.write(
    `${what.padEnd(40)} mean ${measuredMean.toFixed(3).padStart(8)} ms (${off(measuredMean, expected.mean)}, aim 3 %)` +
      `   p95 ${measuredP95.toFixed(3).padStart(8)} ms (${off(measuredP95, expected.p95)}, aim 10 %)\n`,
  );
}

const simulator = await runSimulator('one', '--content', 'lorem', '--ttft', String(TTFT_MS));
try {
  await timeStream(simulator.url, { model: 'sim-400tps', max_tokens: 400 });

  for (const tps of [50, 400]) {
    const gapMs = 1000 / tps;
    for (const [name, gap, p95] of [
      ['constant', `constant:${gapMs}`, gapMs],
      ['log-normal', `log-normal:${gapMs},0.25`, logNormalP95(gapMs, 0.25)],
    ] as const) {
      const runs: number[][] = [];
      for (let run = 0; run < RUNS; run += 1) {
        await change({ ttft: 'constant:5', gap, tokens: tps * SECONDS });
        runs.push((await timeStream(simulator.url, { model: 'm' })).gapsMs);
      }
      print(`gaps at ${tps} tokens/s, ${name}`, { mean: gapMs, p95 }, runs);
    }
  }

  const runs: number[][] = [];
  for (let run = 0; run < RUNS; run += 1) {
    await change({ ttft: `log-normal:${TTFT_MS},${TTFT_SIGMA}`, tokens: 1 });
    const streams: Promise<number>[] = [];
    for (let started = 0; started < TTFT_STREAMS; started += 1) {
      streams.push(timeStream(simulator.url, { model: 'm' }).then(({ ttftMs }) => ttftMs));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    runs.push(await Promise.all(streams));
  }
  print('time to first token', { mean: TTFT_MS, p95: logNormalP95(TTFT_MS, TTFT_SIGMA) }, runs);
} finally {
  await simulator.stop();
}

async function change(settings: Record<string, string | number>): Promise<void> {
  await fetch(`${simulator.url}/admin/settings`, { method: 'PATCH', body: JSON.stringify(settings) });
}
