import { type ConnectorException, ErrorClass } from '../../../common/errors.js';
import { namesOf } from '../../../common/names-of.js';
import type { ChatAnswer } from '../../../connector/types.js';

/** The program's exit codes. 69 is EX_UNAVAILABLE of sysexits.h; from 129 on they are 128 and the signal's number. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  transient: 3,
  permanent: 4,
  rateLimited: 5,
  timeout: 6,
  invalidRequest: 7,
  truncated: 8,
  stalled: 9,
  empty: 10,
  inUse: 69,
  hungUp: 129,
  interrupted: 130,
  brokenPipe: 141,
  terminated: 143,
} as const;

/** The meaning of each exit code, for help and README. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'done: the answer is complete, the checks passed',
  failed:
    'an internal error; a check of `bench` or `doctor` failed; `bench` completed no request; `sessions search` found nothing',
  usage: 'wrong usage, input or configuration; nothing was sent',
  transient: 'the request failed and may succeed later; `runtime status`: no daemon runs',
  permanent: 'the request failed and would fail again',
  rateLimited: 'a rate limit was reached',
  timeout: 'a time limit has passed',
  invalidRequest: 'the provider refused the request as invalid',
  truncated: 'the answer was cut off',
  stalled: 'the answer stalled',
  empty: 'the answer ended without any output',
  inUse: '`simulator`, `runtime run`: another process uses the address',
  hungUp: 'the terminal was closed (SIGHUP)',
  interrupted: 'the user pressed ctrl+c (SIGINT)',
  brokenPipe: 'the reader of stdout closed it (SIGPIPE)',
  terminated: 'another process ended the program (SIGTERM)',
};

/** The exit codes of the commands that send questions, in plain text, one per line. */
export const ANSWER_EXIT_CODES = namesOf(EXIT)
  .filter((name) => name !== 'inUse')
  .map((name) => `  ${String(EXIT[name]).padStart(3)}  ${EXIT_MEANINGS[name].replaceAll('`', '')}`)
  .join('\n');

const BY_CLASS: Record<ErrorClass, number> = {
  [ErrorClass.Success]: EXIT.failed,
  [ErrorClass.Transient]: EXIT.transient,
  [ErrorClass.Permanent]: EXIT.permanent,
  [ErrorClass.RateLimited]: EXIT.rateLimited,
  [ErrorClass.Timeout]: EXIT.timeout,
  [ErrorClass.InvalidRequest]: EXIT.invalidRequest,
};

/** Returns the exit code for a finished answer, by its outcome; for an error, by its class. */
export function exitCodeOf(answer: ChatAnswer): number {
  switch (answer.outcome) {
    case 'complete':
      return EXIT.ok;
    case 'empty':
      return EXIT.empty;
    case 'truncated':
      return EXIT.truncated;
    case 'stalled':
      return EXIT.stalled;
    case 'cancelled':
      return EXIT.interrupted;
    case 'error':
      return exitCodeOfError(answer.error);
  }
}

/** Returns the exit code for a failure. A request that this program refused before it was sent counts as wrong use. */
export function exitCodeOfError(error: ConnectorException | undefined): number {
  const refusedHere = error?.hop === 'client' && error.errorClass === ErrorClass.InvalidRequest;
  return refusedHere ? EXIT.usage : exitCodeOfClass(error?.errorClass);
}

/** Returns the exit code for an error class of the wire. */
function exitCodeOfClass(errorClass: ErrorClass | undefined): number {
  return errorClass === undefined ? EXIT.failed : (BY_CLASS[errorClass] ?? EXIT.failed);
}
