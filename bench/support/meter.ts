// Loaded before a benchmark's program: lets it be asked over IPC what it uses, and what else it answers.
import { readdirSync } from 'node:fs';
import { answers } from './answers.js';

/** What a process has used so far, and holds now. */
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
// A benchmark that was killed takes its processes with it.
process.on('disconnect', () => process.exit(0));
