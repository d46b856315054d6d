// Does `bench` report what it was given? The simulator draws from known distributions; the figures that `bench`
// prints through the daemon are compared with them. Median of 5 runs. Run: tsx bench/accuracy.ts [RUNS] [AT A TIME]
import { makePlace, runProgram } from '../test/support/program.js';
import { runSimulator } from './simulator-client.js';
import { median } from './support/figures.js';

const RUNS = Number(process.argv[2] ?? 5);
const TOKENS = 21;
const TTFT = { meanMs: 500, sigma: 0.1 };
const GAP = { meanMs: 40, sigma: 0.25 };
const ONLY = Number(process.argv[3] ?? 0);
const LOADS = [
  { concurrency: 1, requests: 60 },
  { concurrency: 50, requests: 500 },
  { concurrency: 200, requests: 2000 },
].filter(({ concurrency }) => ONLY === 0 || concurrency === ONLY);
const ANSWER_S = (TTFT.meanMs + (TOKENS - 1) * GAP.meanMs) / 1000;
const AIM = { mean: 0.03, p99: 0.1 };
/** How many deviations above the mean 99 % of a normal distribution ends. */
const Z99 = 2.3263;

interface Figures {
  mean: number;
  p99: number;
}
interface Run {
  ttft_ms: Figures;
  tpot_ms: Figures;
  arrival_lag_ms: Figures;
}

// A log-normal distribution, and the mean of TOKENS - 1 draws from one, which is close to normal.
const gapDeviation = GAP.meanMs * Math.sqrt(Math.exp(GAP.sigma ** 2) - 1);
const EXPECTED = {
  ttft_ms: { mean: TTFT.meanMs, p99: TTFT.meanMs * Math.exp(Z99 * TTFT.sigma - TTFT.sigma ** 2 / 2) },
  tpot_ms: { mean: GAP.meanMs, p99: GAP.meanMs + (Z99 * gapDeviation) / Math.sqrt(TOKENS - 1) },
} as const;

async function run(simulatorUrl: string, concurrency: number, requests: number): Promise<Run> {
  const place = await makePlace();
  try {
    place.writeConfig(`simulator:\n  base_url: ${simulatorUrl}\n`);
    const { code, stdout, stderr } = await runProgram(place, [
      ...['bench', '--concurrency', String(concurrency), '--requests', String(requests)],
      // Spread over an answer's length, so that they don't come in waves, which would be another load.
      ...['--ramp', String(concurrency === 1 ? 0 : ANSWER_S), '--warmup', String(concurrency), '--json', '-'],
    ]);
    if (code !== 0) throw new Error(`bench ended with ${code}: ${stderr}`);
    const { runs } = JSON.parse(stdout) as { runs: [Run] };
    return runs[0];
  } finally {
    place.remove();
  }
}

const simulator = await runSimulator(
  'all',
  ...['--content', 'lorem', '--tokens', String(TOKENS)],
  ...['--ttft', `log-normal:${TTFT.meanMs},${TTFT.sigma}`, '--gap', `log-normal:${GAP.meanMs},${GAP.sigma}`],
);
try {
  for (const { concurrency, requests } of LOADS) {
    const runs: Run[] = [];
    for (let count = 0; count < RUNS; count += 1) runs.push(await run(simulator.url, concurrency, requests));
    for (const name of ['ttft_ms', 'tpot_ms'] as const) {
      for (const statistic of ['mean', 'p99'] as const) {
        const expected = EXPECTED[name][statistic];
        const measured = median(runs.map((one) => one[name][statistic]));
        const off = measured / expected - 1;
        process.stdout.write(
          `${String(concurrency).padStart(3)} at a time  ${name.slice(0, 4).toUpperCase()} ${statistic.padEnd(4)}  ` +
            `${measured.toFixed(2)} of ${expected.toFixed(2)} ms (${(100 * off).toFixed(1)} %, aim ${100 * AIM[statistic]} %)` +
            `${Math.abs(off) > AIM[statistic] ? '  MISSED' : ''}\n`,
        );
      }
    }
    const lag = median(runs.map((one) => one.arrival_lag_ms.p99));
    process.stdout.write(
      `${String(concurrency).padStart(3)} at a time  arrival lag p99 ${lag.toFixed(2)} ms\n`,
    );
  }
} finally {
  await simulator.stop();
}
