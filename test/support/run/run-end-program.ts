// Waits for the end of a run of tests, which ends its stdin. Then it ends what the run has left: the programs whose
// arguments or variables name its folder (Linux), and the folder.
import { rmSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { environmentOf, listProcesses } from '../programs/processes.ts';

const [folder = ''] = process.argv.slice(2);

function killAll(): number {
  const left = listProcesses().filter(
    ({ pid, commandLine }) =>
      pid !== process.pid && (commandLine.includes(folder) || environmentOf(pid).includes(folder)),
  );
  for (const { pid } of left) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
  return left.length;
}

for await (const _ of process.stdin);
// A program may start another one until it ends.
for (let round = 0; round < 20 && killAll() > 0; round += 1) await setTimeout(50);
rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
