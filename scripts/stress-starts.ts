// Starts many chats and `ask`s at once, with no process running and an empty home. Each must get an answer, only one
// daemon may run at a time, and no process or file may be left. On a busy machine, some programs need the daemon only
// when the others have ended. Then a second daemon follows the first.
//   stress-starts.ts [--asks 50] [--chats 50] [--runs 5]
import { parseArgs } from 'node:util';
import { makeSandbox } from '../test/support/programs/program.js';
import { startAtOnce } from '../test/support/programs/starts.js';

const { values } = parseArgs({
  options: {
    asks: { type: 'string', default: '50' },
    chats: { type: 'string', default: '50' },
    runs: { type: 'string', default: '5' },
  },
});
const asks = Number(values.asks);
const chats = Number(values.chats);

let bad = 0;
for (const [what, count] of [
  ['asks', { asks }],
  ['chats', { chats }],
] as const) {
  if (Object.values(count)[0] === 0) continue;
  for (let run = 1; run <= Number(values.runs); run += 1) {
    const sandbox = await makeSandbox();
    const { failed, daemons, daemonsAtOnce, simulators, left, ms } = await startAtOnce(sandbox, {
      ...count,
      limitMs: 120_000,
    });
    const all = Object.values(count)[0] ?? 0;
    process.stdout.write(
      `${what}, run ${run}: ${all - failed.length} of ${all} answered in ${(ms / 1000).toFixed(1)} s, ` +
        `daemons ${daemons} (at the same time ${daemonsAtOnce}), simulators ${simulators}, left behind ${left.length}\n`,
    );
    for (const line of [...failed, ...left]) process.stdout.write(`  ${line}\n`);
    bad += failed.length + left.length + Math.max(0, daemonsAtOnce - 1);
    sandbox.remove();
  }
}
process.exitCode = bad === 0 ? 0 : 1;
