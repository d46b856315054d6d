import { setImmediate as nextTurn } from 'node:timers/promises';
import { STOP_SIGNALS } from '../../../common/program/stop-signals.js';
import { EXIT } from './exit-codes.js';

/** Signals that end a command. */
export interface Interruption {
  /** The first signal that arrived. */
  readonly exitCode: number | undefined;
  /** Resolves to `exitCode`, also for a signal that arrived during synchronous work just before. */
  latestExitCode(): Promise<number | undefined>;
  remove(): void;
}

const CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated, SIGHUP: EXIT.hungUp } as const;

/** The first Ctrl+C, SIGTERM or SIGHUP aborts; a second one ends the program at once. */
export function interruptOn(abort: AbortController): Interruption {
  let exitCode: number | undefined;
  const onSignal = (signal: keyof typeof CODES): void => {
    const code = CODES[signal];
    if (exitCode !== undefined) process.exit(code);
    exitCode = code;
    abort.abort();
  };
  for (const name of STOP_SIGNALS) process.on(name, onSignal);
  return {
    get exitCode() {
      return exitCode;
    },
    async latestExitCode() {
      // Wait for two event-loop turns: in the rest of the first one, Node may read no signals.
      await nextTurn();
      await nextTurn();
      return exitCode;
    },
    remove() {
      for (const name of STOP_SIGNALS) process.off(name, onSignal);
    },
  };
}
