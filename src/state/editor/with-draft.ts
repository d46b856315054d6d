import type { AppState } from '../app-state.js';
import { edit } from './editor.js';

/** Replaces the whole draft. */
export function withDraft(state: AppState, text: string): AppState {
  return { ...state, draft: edit(state.draft, { type: 'set', text }) };
}
