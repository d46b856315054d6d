import { fileReason } from '../../common/errors.js';
import { isStdoutClosed } from './closed-stdout.js';
import { EXIT } from './exit-codes.js';
import { tell } from './tell.js';

/** Whether stdout still takes what is written; a reader such as `head` goes when it has enough. */
export interface StdoutWatch {
  /** Set once it no longer does. */
  readonly exitCode: number | undefined;
}

/** Until a command watches stdout by itself, a write that fails ends the program. */
export function endWithStdout(): void {
  process.stdout.on('error', onError);
  // Without stderr there is no place for a message.
  process.stderr.on('error', () => {});
}

/**
 * For commands whose answer would be lost without stdout: before anything is sent.
 * @throws {Error} when stdout is closed
 */
export function requireStdout(): void {
  if (isStdoutClosed())
    throw new Error(
      'open stdout, or discard the answer with > /dev/null: stdout is closed, nothing was sent',
    );
}

/** Aborts when stdout takes no more, so that a command can end in order. */
export function watchStdout(abort: AbortController): StdoutWatch {
  let exitCode: number | undefined;
  process.stdout.off('error', onError).on('error', (error: NodeJS.ErrnoException) => {
    exitCode ??= codeOf(error);
    abort.abort();
  });
  return {
    get exitCode() {
      return exitCode;
    },
  };
}

function onError(error: NodeJS.ErrnoException): void {
  process.exit(codeOf(error));
}

function codeOf(error: NodeJS.ErrnoException): number {
  if (error.code === 'EPIPE') return EXIT.brokenPipe;
  tell(`stdout cannot be written: ${fileReason(error)}`);
  return EXIT.failed;
}
