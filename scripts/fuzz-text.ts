// Renders random texts, well-formed or not, with and without styles. Checks that each character is visible, except
// those of rendered Markdown marks. Prints the shortest failing text, and exits with code 1.
//   fuzz-text.ts [--texts N] [--seed N]
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { lossIn } from '../test/support/faithful.js';
import { markdownText } from '../test/support/markdown-texts.js';
import { shrinkText } from '../test/support/shrink-text.js';

const BATCH = 1000;
const { values } = parseArgs({ options: { texts: { type: 'string' }, seed: { type: 'string' } } });
const texts = Number(values.texts ?? 100_000);
const seed = Number(values.seed ?? Date.now() % 1_000_000);

const startMs = performance.now();
let done = 0;
let characters = 0;
while (done < texts && process.exitCode === undefined) {
  const numRuns = Math.min(BATCH, texts - done);
  for (const text of fc.sample(markdownText, { numRuns, seed: seed + done })) {
    done += 1;
    characters += text.length;
    for (const styles of [true, false]) {
      if (lossIn(text, styles) === undefined) continue;
      const shortest = shrinkText(text, (shorter) => lossIn(shorter, styles) !== undefined);
      process.stderr.write(`styles ${styles}: ${lossIn(shortest, styles)}\n`);
      process.exitCode = 1;
    }
  }
}
const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
process.stdout.write(`${done} texts, ${characters} characters, in ${seconds} s, seed ${seed}\n`);
