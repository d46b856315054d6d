import type { AppState } from './app-state.js';
import type { Notice } from './ports.js';
import { sanitize } from './text/sanitize.js';

/** Adds a notice at the conversation's end. Its text is sanitized, because it may come from outside. */
export function withNotice(state: AppState, level: Notice['level'], words: string): AppState {
  const { nextMessageId: id, nowMs: atMs } = state;
  const notice = { role: 'notice', id, atMs, level, text: sanitize(words) } as const;
  return { ...state, messages: [...state.messages, notice], nextMessageId: id + 1 };
}
