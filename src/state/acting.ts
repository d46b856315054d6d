import { messageOf } from '../common/errors.js';
import type { AppState } from './app-state.js';
import { sanitize } from './text/sanitize.js';

/** What every action needs: the state, a way to change it, and toasts for its result. */
export interface Acting {
  readonly get: () => AppState;
  readonly change: (transition: (state: AppState) => AppState) => void;
  /** The program is ending: change nothing and show nothing more. */
  readonly ended: boolean;
  say(text: string): void;
  /** An action; what it returns is said. */
  act<A extends unknown[]>(run: (...args: A) => string | undefined): (...args: A) => void;
  /** A slow action; a toast shows its result or failure. */
  actLater(run: () => Promise<string | undefined>): () => void;
  end(): void;
}

const TOAST_MS = 4000;

export function createActing({ get, change }: Pick<Acting, 'get' | 'change'>): Acting {
  let ended = false;
  // Whatever is said may quote a file, a server or the user.
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

/** Harmless, and without line breaks; spaces stay as they are. */
function onOneLine(text: string): string {
  return sanitize(text).replace(/\s*[\n\t]\s*/g, ' ');
}
