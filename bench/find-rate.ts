// Whether `bench --find-rate` and `--find-concurrency` find the load that mathematics gives, against a simulator with a known
// slowdown or a known number of places. Run on an idle machine: tsx bench/find-rate.ts [SEEDS] [WINDOW_S]
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePlace, runProgram } from '../test/support/program.js';
import { runSimulator } from './simulator-client.js';
import { say } from './support/figures.js';

const SEEDS = Number(process.argv[2] ?? 20);
const WINDOW_S = Number(process.argv[3] ?? 30);
const AIM = 0.05;

const TTFT_MS = 40;
const GAP_MS = 10;
const TOKENS = 17;
const ANSWER_MS = TTFT_MS + GAP_MS * (TOKENS - 1);
const SLOWDOWN = 0.04;
const PLACES = 40;

/** At so many at a time a token takes as long as the SLO allows: gap * (1 + slowdown * (n - 1)) = limit. */
const LIMIT_MS = 18;
const atATime = 1 + (LIMIT_MS / GAP_MS - 1) / SLOWDOWN;

/** The share of requests that are refused at so many erlangs (Erlang B, whatever the distribution of the answers). */
function refused(erlangs: number): number {
  let blocked = 1;
  for (let place = 1; place <= PLACES; place += 1)
    blocked = (erlangs * blocked) / (place + erlangs * blocked);
  return blocked;
}

function erlangsAt(share: number): number {
  let [low, high] = [0, 2 * PLACES];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (refused(middle) <= share) low = middle;
    else high = middle;
  }
  return low;
}

const CASES = [
  {
    name: 'requests at a time, by slowdown',
    simulator: ['--slowdown', String(SLOWDOWN)],
    flags: ['--find-concurrency', '--slo', `tpot.p50<=${LIMIT_MS}ms`],
    right: Math.floor(atATime),
  },
  {
    name: 'even arrivals a second, by slowdown',
    simulator: ['--slowdown', String(SLOWDOWN)],
    flags: ['--find-rate', '--arrivals', 'constant', '--slo', `tpot.p50<=${LIMIT_MS}ms`],
    // Little: requests at a time = rate * time of an answer.
    right: atATime / ((ANSWER_MS / 1000) * (LIMIT_MS / GAP_MS)),
  },
  {
    name: 'random arrivals a second, by places',
    simulator: ['--max-concurrent', String(PLACES)],
    flags: ['--find-rate', '--slo', 'errors<=1%'],
    right: erlangsAt(0.01) / (ANSWER_MS / 1000),
  },
] as const;

const place = await makePlace();
try {
  for (const { name, simulator: settings, flags, right } of CASES) {
    const simulator = await runSimulator(
      'one',
      ...['--ttft', `constant:${TTFT_MS}`, '--gap', `constant:${GAP_MS}`, '--tokens', String(TOKENS)],
      ...settings,
    );
    const off: number[] = [];
    try {
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const { code, stderr } = await runProgram(place, [
          ...['bench', '--base-url', simulator.url, '--model', 'm', '--mode', 'openai'],
          ...['--duration', String(WINDOW_S), '--seed', String(seed), '--json', 'found.json', ...flags],
        ]);
        if (code !== 0) throw new Error(stderr);
        const { runs } = JSON.parse(readFileSync(join(place.dir, 'found.json'), 'utf8')) as {
          runs: [{ curve: { answer: { kept: number }; levels: { took_s: number }[] } }];
        };
        const { answer, levels } = runs[0].curve;
        off.push(answer.kept / right - 1);
        const took = levels.reduce((sum, { took_s }) => sum + took_s, 0);
        say(`  seed ${seed}: ${answer.kept}, ${levels.length} loads in ${took.toFixed(0)} s`);
      }
    } finally {
      await simulator.stop();
    }
    const within = off.filter((one) => Math.abs(one) <= AIM).length;
    const worst = Math.max(...off.map(Math.abs));
    say(
      `${name}: right is ${right.toFixed(1)}; ${within} of ${SEEDS} within 5 %, worst off by ${(100 * worst).toFixed(1)} %`,
    );
  }
} finally {
  place.remove();
}
