import type { AnswerInFile } from '../../sessions/opened.js';
import type { AppState } from '../app-state.js';
import type { AssistantMessage, Message } from '../messages.js';
import type { Clock } from '../ports.js';
import { withAnswerOf } from './saved-message.js';

/** Updates answers that other programs are writing. */
export interface Following {
  /** Follows only these answers from now on. Keys are ids in the file; values are ids in the state. */
  start(answers: ReadonlyMap<number, number>): void;
  stop(): void;
}

/** Programs save a growing answer about once a second. */
const EVERY_MS = 1000;

export function createFollowing(options: {
  clock: Clock;
  change: (transition: (state: AppState) => AppState) => void;
  /** Reads an answer. Returns undefined when it was deleted, and throws when the file can't be read now. */
  read: (inFile: number) => AnswerInFile | undefined;
}): Following {
  const { clock, change, read } = options;
  let followed = new Map<number, number>();
  let cancel: (() => void) | undefined;

  const arm = (): void => {
    cancel = followed.size === 0 ? undefined : clock.after(EVERY_MS, look);
  };
  const look = (): void => {
    for (const [inFile, id] of followed) {
      const answer = attempt(() => read(inFile));
      if (answer === 'unreadable') continue;
      if (answer?.message.status !== 'streaming') followed.delete(inFile);
      if (answer !== undefined)
        change((state) => changed(state, id, (shown) => withAnswerOf(state, shown, answer)));
    }
    arm();
  };
  return {
    start(answers) {
      cancel?.();
      followed = new Map(answers);
      arm();
    },
    stop() {
      cancel?.();
      followed.clear();
    },
  };
}

function attempt<T>(work: () => T): T | 'unreadable' {
  try {
    return work();
  } catch {
    // The next read is a second later.
    return 'unreadable';
  }
}

/** Changes this answer on any branch. */
function changed(
  state: AppState,
  id: number,
  change: (answer: AssistantMessage) => AssistantMessage,
): AppState {
  const one = (message: Message): Message =>
    message.id === id && message.role === 'assistant' ? change(message) : message;
  return {
    ...state,
    messages: state.messages.some((message) => message.id === id) ? state.messages.map(one) : state.messages,
    aside: state.aside.map((branch) => {
      const [first, ...rest] = branch.messages;
      const has = branch.messages.some((message) => message.id === id);
      return has ? { ...branch, messages: [one(first), ...rest.map(one)] as const } : branch;
    }),
  };
}
