// Loaded before a benchmark's program. Answers questions over IPC: the resources used, and the program's own answers.
import { readdirSync } from 'node:fs';
import { answers } from './answers.js';

/** The CPU time that a process has used so far, and its current memory. */
export interface Usage {
  cpuUs: number;
  rssBytes: number;
  openFiles: number;
}

answers().set('usage', (): Usage => {
  const { user, system } = process.cpuUsage();
  return {
    cpuUs: user + system,
    rssBytes: process.memoryUsage.rss(),
    openFiles: readdirSync('/proc/self/fd').length,
  };
});

process.on('message', ({ id, question, argument }: { id: number; question: string; argument: unknown }) => {
  const run = async (): Promise<unknown> => {
    const answer = answers().get(question);
    if (answer === undefined) throw new Error(`no answer to ${question}`);
    return answer(argument);
  };
  run().then(
    (result) => process.send?.({ id, result }),
    (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.stack : String(error) }),
  );
});
// End together with the benchmark, even if it was killed.
process.on('disconnect', () => process.exit(0));
