// Runs 500 streams at once from a simulator on one core. Checks that gaps stay within 10 %, and measures the cost of a
// delta. Median of 5 runs. Run: tsx bench/simulator-load.ts
import { setTimeout as sleep } from 'node:timers/promises';
import { mean, off, runSimulator, timeStream } from './simulator-client.js';
import { median, percentile } from './support/figures.js';

const RUNS = 5;
const STREAMS = 500;
const SECONDS = 4;

for (const tps of [20, 50]) {
  const gapMs = 1000 / tps;
  const simulator = await runSimulator(
    'one',
    ...['--content', 'lorem', '--ttft', 'constant:500', '--gap', `constant:${gapMs}`],
    ...['--tokens', String(tps * SECONDS)],
  );
  const runs: { mean: number; p95: number; ttft: number; cpuUs: number; rss: number; late: number }[] = [];
  try {
    // The first round is a warm-up: its connections are new and its code is not compiled yet.
    for (let run = -1; run < RUNS; run += 1) {
      const before = await simulator.stats();
      const streams = await Promise.all(
        Array.from({ length: STREAMS }, async (_, index) => {
          // Spread the starts over the first second, so that the streams don't run in step.
          await sleep((index * 1000) / STREAMS);
          return timeStream(simulator.url, { model: 'm' });
        }),
      );
      const after = await simulator.stats();
      const gaps = streams.flatMap(({ gapsMs }) => gapsMs);
      if (run >= 0)
        runs.push({
          mean: mean(gaps),
          p95: percentile(gaps, 0.95),
          ttft: median(streams.map(({ ttftMs }) => ttftMs)),
          cpuUs: ((after.cpu_s - before.cpu_s) * 1e6) / (after.tokens_sent - before.tokens_sent),
          rss: after.rss_bytes,
          late: after.late_ms.p95,
        });
    }
  } finally {
    await simulator.stop();
  }
  const figure = (name: 'mean' | 'p95' | 'ttft' | 'cpuUs' | 'rss' | 'late'): number =>
    median(runs.map((run) => run[name]));
  process.stdout.write(
    `${STREAMS} streams of ${tps} tokens/s: gaps mean ${figure('mean').toFixed(2)} ms (${off(figure('mean'), gapMs)}), ` +
      `p95 ${figure('p95').toFixed(2)} ms (${off(figure('p95'), gapMs)}, aim 10 %), ` +
      `time to first token ${figure('ttft').toFixed(0)} ms of 500, ` +
      `sent late p95 ${figure('late').toFixed(2)} ms, CPU ${figure('cpuUs').toFixed(1)} µs a delta, ${(figure('rss') / 2 ** 20).toFixed(0)} MB\n`,
  );
}
