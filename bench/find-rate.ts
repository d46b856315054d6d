// Compares the loads that `bench --find-rate` and `--find-concurrency` find with the theoretical ones. They run in real
// time, against a simulator with a known slowdown or a known number of slots. Several searches run at once, each with
// its own simulator. Takes some ten minutes. Run on an idle machine: tsx bench/find-rate.ts [SEEDS] [AT_ONCE] [WORD].
// With a word, only the kinds of load run that have it in their name. On a busy machine, put `chrt -r 20` in front.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeSandbox, runProgram } from '../test/support/programs/program.js';
import { runSimulator } from './simulator-client.js';
import { say, table } from './support/figures.js';

const SEEDS = Number(process.argv[2] ?? 20);
const AT_ONCE = Number(process.argv[3] ?? 3);
const WORD = process.argv[4] ?? '';
const AIM = 0.05;

const GAP_MS = 10;
const SLOWDOWN = 0.04;
/** With n requests at a time, a token takes as long as the SLO allows when gap * (1 + slowdown * (n - 1)) = limit. */
const LIMIT_MS = 18.2;
const atATime = 1 + (LIMIT_MS / GAP_MS - 1) / SLOWDOWN;
/** A short answer, so that a window of a few seconds has enough of them. */
const SHORT = { ttftMs: 20, tokens: 9 };
const SHORT_MS = SHORT.ttftMs + GAP_MS * (SHORT.tokens - 1);

/** With many slots, a slightly higher rate has many more refusals, so few requests suffice to find the limit. */
const SLOTS = 200;
const LONG = { ttftMs: 380, tokens: 3 };
const LONG_MS = LONG.ttftMs + GAP_MS * (LONG.tokens - 1);

/** Returns the share of refused requests at a load in erlangs (Erlang B, for any distribution of the answers). */
function refused(erlangs: number): number {
  let blocked = 1;
  for (let slot = 1; slot <= SLOTS; slot += 1) blocked = (erlangs * blocked) / (slot + erlangs * blocked);
  return blocked;
}

function erlangsAt(share: number): number {
  let [low, high] = [0, 2 * SLOTS];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (refused(middle) <= share) low = middle;
    else high = middle;
  }
  return low;
}

interface Case {
  name: string;
  answer: { ttftMs: number; tokens: number };
  simulator: readonly string[];
  flags: readonly string[];
  /** The longest test of one load, in s. */
  windowS: number;
  /** The theoretical load. */
  right: number;
}

const CASES: readonly Case[] = [
  {
    name: 'requests at a time, by slowdown',
    answer: SHORT,
    simulator: ['--slowdown', String(SLOWDOWN)],
    flags: ['--find-concurrency', '--slo', `tpot.p50<=${LIMIT_MS}ms`],
    windowS: 4,
    right: Math.floor(atATime),
  },
  {
    name: 'even arrivals a second, by slowdown',
    answer: SHORT,
    simulator: ['--slowdown', String(SLOWDOWN)],
    flags: ['--find-rate', '--arrivals', 'constant', '--slo', `tpot.p50<=${LIMIT_MS}ms`],
    windowS: 4,
    // Little: requests at a time = rate * time of an answer.
    right: atATime / ((SHORT_MS / 1000) * (LIMIT_MS / GAP_MS)),
  },
  {
    name: 'random arrivals a second, by slots',
    answer: LONG,
    simulator: ['--max-concurrent', String(SLOTS)],
    flags: ['--find-rate', '200-800', '--slo', 'errors<=1%'],
    windowS: 10,
    right: erlangsAt(0.01) / (LONG_MS / 1000),
  },
];

interface FoundLoad {
  kept: number;
  loads: number;
  /** The number of loads that were tested again because of this machine's delays. */
  disturbed: number;
  tookS: number;
}

async function find({ answer, simulator: settings, flags, windowS }: Case, seed: number): Promise<FoundLoad> {
  const sandbox = await makeSandbox();
  const simulator = await runSimulator(
    'all',
    ...['--ttft', `constant:${answer.ttftMs}`, '--gap', `constant:${GAP_MS}`],
    ...['--tokens', String(answer.tokens), ...settings],
  );
  try {
    const { code, stderr } = await runProgram(sandbox, [
      ...['bench', '--base-url', simulator.url, '--model', 'm', '--mode', 'openai', '--workers', '1'],
      ...['--duration', String(windowS), '--seed', String(seed), '--json', 'found.json', ...flags],
    ]);
    if (code !== 0) throw new Error(stderr);
    const { runs } = JSON.parse(readFileSync(join(sandbox.dir, 'found.json'), 'utf8')) as {
      runs: [{ curve: { answer: { kept: number }; levels: { took_s: number; warnings: string[] }[] } }];
    };
    const { levels, answer: found } = runs[0].curve;
    return {
      kept: found.kept,
      loads: levels.length,
      disturbed: levels.filter(({ warnings }) => warnings.length > 0).length,
      tookS: levels.reduce((sum, { took_s }) => sum + took_s, 0),
    };
  } finally {
    await simulator.stop();
    sandbox.remove();
  }
}

const rows = [['load', 'right', 'found', '', 'worst off', 'loads', 'disturbed', 'a search', 'within 5 %']];
let least = SEEDS;
for (const one of CASES.filter(({ name }) => name.includes(WORD))) {
  const seeds = Array.from({ length: SEEDS }, (_, index) => index + 1);
  const found: FoundLoad[] = [];
  const worker = async (): Promise<void> => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift())
      found.push(await find(one, seed));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const kept = found.map((each) => each.kept);
  const off = kept.map((load) => Math.abs(load / one.right - 1));
  const within = off.filter((share) => share <= AIM).length;
  const mean = (of: (each: FoundLoad) => number): number =>
    found.reduce((sum, each) => sum + of(each), 0) / found.length;
  least = Math.min(least, within);
  rows.push([
    one.name,
    one.right.toFixed(1),
    `${Math.min(...kept)} -`,
    String(Math.max(...kept)),
    `${(100 * Math.max(...off)).toFixed(1)} %`,
    mean(({ loads }) => loads).toFixed(0),
    mean(({ disturbed }) => disturbed).toFixed(1),
    `${mean(({ tookS }) => tookS).toFixed(0)} s`,
    `${within} of ${SEEDS}`,
  ]);
}
say(table(rows));
say(`${least} of ${SEEDS} within 5 %`);
