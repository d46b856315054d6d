// Kills the chat, its daemon and its simulator one after another (SIGKILL), at random moments of an answer. Checks that
// no orphan, no stale socket and no lost acknowledged question remains, and that a surviving chat restores the
// terminal. Linux only.
//   crash-processes.ts [--count 300] [--seed 1] [--at-once 2] [--disk full]
// --disk full: saves to a tmpfs of 1 MiB that is nearly full (needs the right to mount).
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { crashProcess, VICTIMS } from '../test/support/programs/process-crash.js';
import { makeSandbox, type Sandbox } from '../test/support/programs/program.js';
import { seededRandom } from '../test/support/run/random.js';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    'at-once': { type: 'string', default: '2' },
    disk: { type: 'string' },
  },
});
const random = seededRandom(Number(values.seed));
const count = Number(values.count);
const full = values.disk === 'full';
const MOST_WAIT_MS = 2500;

/** Mounts a nearly full file system at the folder where the programs save. Returns a function that unmounts it. */
function fillDisk(sandbox: Sandbox): () => void {
  const data = join(sandbox.dir, '.local/share/vastar-tui');
  mkdirSync(data, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', data], { stdio: 'ignore' });
  writeFileSync(join(data, 'ballast'), Buffer.alloc((700 + Math.floor(random() * 300)) * 1024));
  return () => void execFileSync('umount', ['-l', data], { stdio: 'ignore' });
}

let next = 0;
let acknowledged = 0;
const killed = { chat: 0, daemon: 0, simulator: 0 };
const bad: string[] = [];
async function work(): Promise<void> {
  for (let round = next++; round < count; round = next++) {
    const victim = VICTIMS[round % VICTIMS.length] ?? 'chat';
    const afterMs = Math.floor(random() * MOST_WAIT_MS);
    const sandbox = await makeSandbox();
    const unmount = full ? fillDisk(sandbox) : undefined;
    try {
      const options = { victim, afterMs, question: `write a long answer ${round}`, unsaved: full };
      const result = await crashProcess(sandbox, options);
      killed[victim] += 1;
      if (result.acknowledged) acknowledged += 1;
      for (const problem of result.problems) bad.push(`${victim} after ${afterMs} ms: ${problem}`);
    } catch (error) {
      bad.push(`${victim} after ${afterMs} ms: ${String(error).slice(0, 4000)}`);
    } finally {
      unmount?.();
      sandbox.remove();
    }
  }
}
await Promise.all(Array.from({ length: Number(values['at-once']) }, work));
process.stdout.write(
  `${count} kills${full ? ' on a full disk' : ''}: chat ${killed.chat}, daemon ${killed.daemon}, simulator ${killed.simulator}; ` +
    `${acknowledged} questions acknowledged; ${bad.length} problems\n`,
);
for (const line of bad) process.stdout.write(`  ${line}\n`);
process.exitCode = bad.length === 0 ? 0 : 1;
