import type { Target } from './journal-target.js';
import { SessionsError } from './problem.js';
import type { SessionStore } from './store.js';

/** A change of a session, made in a transaction. */
export type Work = (target: Target) => void;

/** Makes a journal's changes in order. While the file can't be written, changes wait in memory. */
export interface Writes {
  /** Adds a change to those that wait for `drain`. */
  add(target: Target, work: Work): void;
  /** Makes the waiting changes in order. Returns false if some still wait. */
  drain(): boolean;
  /** Makes one change at once. Returns false when that fails. */
  attempt(target: Target, work: Work): boolean;
  /** Reports that all changes are saved. */
  succeeded(): void;
}

export interface WritesOptions {
  /** Called when saving begins to fail, and with undefined when all waiting changes are saved. */
  onProblem: (problem: SessionsError | undefined) => void;
  /** Saves the messages whose ids are in `saved` again, in a new session. */
  saveAgain: (target: Target, saved: Target['saved']) => void;
}

/** A lock is reported only after this many attempts, because other programs' writes are short. */
const BUSY_ATTEMPTS = 5;

export function createWrites(store: SessionStore, { onProblem, saveAgain }: WritesOptions): Writes {
  const waiting: { target: Target; work: Work }[] = [];
  let failing = false;
  let busyAttempts = 0;

  const report = (problem: SessionsError | undefined): void => {
    busyAttempts = problem?.kind === 'busy' ? busyAttempts + 1 : 0;
    if (busyAttempts > 0 && busyAttempts < BUSY_ATTEMPTS) return;
    if ((problem !== undefined) === failing) return;
    failing = problem !== undefined;
    onProblem(problem);
  };

  /** If another program has deleted the session for good, the conversation is saved as a new session. */
  const attempt = (target: Target, work: Work): boolean => {
    const before = { ...target };
    let all = work;
    for (let again = false; ; again = true) {
      // Discard ids that a failed transaction has added.
      target.saved = new Map(again ? [] : before.saved);
      try {
        store.together(() => all(target));
        return true;
      } catch (error) {
        Object.assign(target, before);
        const problem =
          error instanceof SessionsError ? error : new SessionsError('failed', String(error), error);
        if (problem.kind !== 'unknown' || again) {
          report(problem);
          return false;
        }
        target.session = undefined;
        all = (anew) => {
          saveAgain(anew, before.saved);
          work(anew);
        };
      }
    }
  };

  return {
    attempt,
    add: (target, work) => void waiting.push({ target, work }),
    drain() {
      for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
        if (!attempt(next.target, next.work)) return false;
        waiting.shift();
      }
      return true;
    },
    succeeded: () => report(undefined),
  };
}
