import { messageOf } from '../common/errors.js';
import type { AppState } from './app-state.js';
import { sanitize } from './text/sanitize.js';

/** What every action gets: the state, a function that changes it, and toasts. */
export interface Acting {
  readonly get: () => AppState;
  readonly change: (transition: (state: AppState) => AppState) => void;
  /** The program is ending, so actions must not change the state. */
  readonly ended: boolean;
  say(text: string): void;
  /** Makes an action from `run`; a toast shows the text that `run` returns. */
  act<A extends unknown[]>(run: (...args: A) => string | undefined): (...args: A) => void;
  /** Makes an asynchronous action; a toast shows its result or its error. */
  actLater(run: () => Promise<string | undefined>): () => void;
  end(): void;
}

const TOAST_MS = 4000;

export function createActing({ get, change }: Pick<Acting, 'get' | 'change'>): Acting {
  let ended = false;
  // Make the text safe for the terminal, because it may quote a file, a server or the user.
  const say = (text: string): void =>
    change((state) => ({ ...state, toast: { text: onOneLine(text), untilMs: state.nowMs + TOAST_MS } }));
  return {
    get,
    change,
    get ended() {
      return ended;
    },
    say,
    act:
      (run) =>
      (...args) => {
        const words = run(...args);
        if (words !== undefined) say(words);
      },
    actLater: (run) => () => {
      run().then(
        (words) => {
          if (words !== undefined && !ended) say(words);
        },
        (error: unknown) => {
          if (!ended) say(messageOf(error));
        },
      );
    },
    end() {
      ended = true;
    },
  };
}

/** Sanitizes the text and replaces line breaks by spaces; other spaces are kept. */
function onOneLine(text: string): string {
  return sanitize(text).replace(/\s*[\n\t]\s*/g, ' ');
}
