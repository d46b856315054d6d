import type { AppState } from './app-state.js';
import type { Notice } from './ports.js';
import { sanitize } from './text/sanitize.js';

/** The state with a notice at the conversation's end; its words may come from outside. */
export function withNotice(state: AppState, level: Notice['level'], words: string): AppState {
  const { nextMessageId: id, nowMs: atMs } = state;
  const notice = { role: 'notice', id, atMs, level, text: sanitize(words) } as const;
  return { ...state, messages: [...state.messages, notice], nextMessageId: id + 1 };
}
