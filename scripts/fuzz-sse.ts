// Reads every recorded stream byte by byte, split in two at every byte, and split randomly 10,000 times, each with a
// regular end and with a lost connection. Exits with code 1 when a split changes the result.
//   fuzz-sse.ts [--seconds N] [--seed N]    N seconds of random splits instead of all
import { parseArgs } from 'node:util';
import { seededRandom } from '../test/support/run/random.js';
import { quirks } from '../test/support/servers/quirks.js';
import { randomRuns, splitRuns, systematicRuns } from '../test/support/texts/split-fuzz.js';

const RANDOM_CUTS = 10_000;
const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } });
const seconds = Number(values.seconds ?? Number.POSITIVE_INFINITY);
const seed = Number(values.seed ?? Date.now());
const random = seededRandom(seed);

const startMs = performance.now();
const over = (): boolean => performance.now() - startMs > seconds * 1000;
let runs = 0;
try {
  const all = quirks.map((quirk) => ({
    stream: splitRuns(quirk, random),
    left: systematicRuns(quirk) + randomRuns(RANDOM_CUTS),
  }));
  // Do a slice of each in turn, so that a time limit skips no stream.
  while (!over() && all.some(({ left }) => left > 0)) {
    for (const entry of all) {
      const slice = Math.min(entry.left, 500);
      for (let run = 0; run < slice; run += 1) entry.stream.next();
      entry.left -= slice;
      runs += slice;
    }
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\nseed ${seed}\n`);
  process.exitCode = 1;
}
process.stdout.write(
  `${runs} runs over ${quirks.length} streams in ${((performance.now() - startMs) / 1000).toFixed(1)} s, seed ${seed}\n`,
);
