// Kills programs that are saving a conversation at random moments (SIGKILL) and looks at the file they leave:
// no acknowledged message lost, at most one second of a stream lost, every file opens.
//   crash-sessions.ts [--count 200] [--seed 1]
import { parseArgs } from 'node:util';
import { crashOnce } from '../test/sessions/crash.js';
import { seededRandom } from '../test/support/random.js';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
});
const random = seededRandom(Number(values.seed));
const count = Number(values.count);
const problems: string[] = [];
let acknowledged = 0;
let worstLossMs = 0;
for (let run = 1; run <= count; run += 1) {
  const result = await crashOnce(random() * 2500);
  acknowledged += result.acknowledged;
  worstLossMs = Math.max(worstLossMs, result.lostMs);
  for (const problem of result.problems) problems.push(`run ${run}: ${problem}`);
}
process.stdout.write(
  `${count} kills, ${acknowledged} acknowledged messages, at most ${worstLossMs.toFixed(0)} ms of a stream lost\n`,
);
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
