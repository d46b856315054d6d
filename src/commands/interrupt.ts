import { EXIT } from './exit-codes.js';

/** Signals that end a command. */
export interface Interruption {
  /** Set by the first signal. */
  readonly exitCode: number | undefined;
  remove(): void;
}

/** The first Ctrl+C, SIGTERM or SIGHUP aborts; a second one ends the program at once. */
export function interruptOn(abort: AbortController): Interruption {
  let exitCode: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    const code = signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
    if (exitCode !== undefined) process.exit(code);
    exitCode = code;
    abort.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, onSignal);
  return {
    get exitCode() {
      return exitCode;
    },
    remove() {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}
