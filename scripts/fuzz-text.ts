// Renders random texts, well-formed or not, with and without styles. Checks that each character is visible, except
// those of rendered Markdown marks, and that a text that arrives in pieces gives the same rows as the whole text.
// Prints the shortest failing text, and exits with code 1.
//   fuzz-text.ts [--texts N] [--seed N]
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { withBidiMarks } from '../src/common/text/bidi.js';
import { sanitize } from '../src/state/text/sanitize.js';
import { differsInPieces } from '../test/support/screen/streamed-rows.js';
import { lossIn } from '../test/support/texts/faithful.js';
import { harderText, longText } from '../test/support/texts/harder-texts.js';
import { markdownText } from '../test/support/texts/markdown-texts.js';
import { shrinkText } from '../test/support/texts/shrink-text.js';

const BATCH = 1000;
const { values } = parseArgs({ options: { texts: { type: 'string' }, seed: { type: 'string' } } });
const texts = Number(values.texts ?? 100_000);
const seed = Number(values.seed ?? Date.now() % 1_000_000);

/** Returns what is wrong with the rendering of a text; undefined when nothing is. */
type Check = (text: string) => string | undefined;

const loss =
  (styles: boolean): Check =>
  (text) =>
    lossIn(withBidiMarks(sanitize(text)), styles);
const inPieces: Check = (text) =>
  differsInPieces(text) ? `the rows of ${JSON.stringify(text)} depend on its pieces` : undefined;
/** The kinds of texts: how many of 40 are of this kind, and the check. */
const KINDS: readonly (readonly [fc.Arbitrary<string>, number, readonly Check[]])[] = [
  [markdownText, 19, [loss(true), loss(false)]],
  [harderText, 20, [loss(true), loss(false), inPieces]],
  // Comparing each character of a long text with each cell of the screen would take too long.
  [longText, 1, [inPieces]],
];

const startMs = performance.now();
let done = 0;
let characters = 0;
while (done < texts && process.exitCode === undefined) {
  for (const [arbitrary, share, checks] of KINDS) {
    const numRuns = Math.ceil((Math.min(BATCH, texts - done) * share) / 40);
    for (const text of fc.sample(arbitrary, { numRuns, seed: seed + done })) {
      done += 1;
      characters += text.length;
      for (const check of checks) {
        if (check(text) === undefined) continue;
        const shortest = shrinkText(text, (shorter) => check(shorter) !== undefined);
        process.stderr.write(`${check(shortest)}\n`);
        process.exitCode = 1;
      }
    }
  }
}
const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
process.stdout.write(`${done} texts, ${characters} characters, in ${seconds} s, seed ${seed}\n`);
