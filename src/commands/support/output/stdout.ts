import { fileReason } from '../../../common/errors.js';
import { EXIT } from '../ending/exit-codes.js';
import { isStdoutClosed } from './closed-stdout.js';
import { printMessage } from './print-message.js';

/** Whether stdout can still be written to; a reader such as `head` closes it early. */
export interface StdoutWatch {
  /** Set once stdout was closed. */
  readonly exitCode: number | undefined;
}

/** A failed write ends the program, unless the command handles a closed stdout itself. */
export function endWithStdout(): void {
  process.stdout.on('error', onError);
  // Without stderr the program can't print a message.
  process.stderr.on('error', () => {});
}

/**
 * Call this before a request whose answer would be lost without stdout.
 * @throws {Error} when stdout is closed
 */
export function requireStdout(): void {
  if (isStdoutClosed())
    throw new Error(
      'open stdout, or discard the answer with > /dev/null: stdout is closed, nothing was sent',
    );
}

/** Returns a signal that aborts when stdout was closed, so that a command can end in an orderly way. */
export function watchStdout(abort: AbortController): StdoutWatch {
  let exitCode: number | undefined;
  process.stdout.off('error', onError).on('error', (error: NodeJS.ErrnoException) => {
    exitCode ??= exitCodeOf(error);
    abort.abort();
  });
  return {
    get exitCode() {
      return exitCode;
    },
  };
}

function onError(error: NodeJS.ErrnoException): void {
  process.exit(exitCodeOf(error));
}

function exitCodeOf(error: NodeJS.ErrnoException): number {
  if (error.code === 'EPIPE') return EXIT.brokenPipe;
  printMessage(`stdout cannot be written: ${fileReason(error)}`);
  return EXIT.failed;
}
