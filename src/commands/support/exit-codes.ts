import { type ConnectorException, ErrorClass } from '../../common/errors.js';
import type { ChatAnswer } from '../../connector/types.js';

/** The program's exit codes; README lists them. */
export const EXIT = {
  ok: 0,
  failed: 1,
  /** Wrong flags, configuration or input. */
  usage: 2,
  transient: 3,
  permanent: 4,
  rateLimited: 5,
  timeout: 6,
  invalidRequest: 7,
  truncated: 8,
  stalled: 9,
  empty: 10,
  /** A service's address is served by another process already (EX_UNAVAILABLE of sysexits.h). */
  inUse: 69,
  /** The terminal has gone (SIGHUP). */
  hungUp: 129,
  interrupted: 130,
  brokenPipe: 141,
  terminated: 143,
} as const;

const BY_CLASS: Record<ErrorClass, number> = {
  [ErrorClass.Success]: EXIT.failed,
  [ErrorClass.Transient]: EXIT.transient,
  [ErrorClass.Permanent]: EXIT.permanent,
  [ErrorClass.RateLimited]: EXIT.rateLimited,
  [ErrorClass.Timeout]: EXIT.timeout,
  [ErrorClass.InvalidRequest]: EXIT.invalidRequest,
};

/** The exit code for a finished answer: by its outcome, and for errors by their class. */
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

/** The exit code for a failure: what was refused here, before anything was sent, is wrong use. */
export function exitCodeOfError(error: ConnectorException | undefined): number {
  const refusedHere = error?.hop === 'client' && error.errorClass === ErrorClass.InvalidRequest;
  return refusedHere ? EXIT.usage : exitCodeOfClass(error?.errorClass);
}

/** The exit code for an error class of the wire. */
function exitCodeOfClass(errorClass: ErrorClass | undefined): number {
  return errorClass === undefined ? EXIT.failed : (BY_CLASS[errorClass] ?? EXIT.failed);
}
