import { namesOf } from '../names-of.js';

/**
 * The endings of an answer, with the word on the screen and the meaning. All lists of endings are generated from this
 * table.
 */
export const OUTCOMES = {
  complete: { shown: 'done', meaning: 'the answer ended normally' },
  empty: { shown: 'empty', meaning: 'the answer ended normally, without any output' },
  truncated: {
    shown: 'cut off',
    meaning:
      'the response ended before the answer did, or its `finish_reason` is unknown or names an interruption (`abort`)',
  },
  error: {
    shown: 'failed',
    meaning: 'the request failed, or the answer ended with an error (`finish_reason: network_error`)',
  },
  cancelled: { shown: 'stopped', meaning: 'the user or the program stopped the answer' },
  stalled: { shown: 'stalled', meaning: 'the response was silent for longer than `idle_ms`' },
} as const satisfies Readonly<Record<string, { shown: string; meaning: string }>>;

/** How an answer ended; see `createChatStream`. `stalled`: it was silent for longer than its limit. */
export type Outcome = keyof typeof OUTCOMES;

export const OUTCOME_NAMES = namesOf(OUTCOMES);
