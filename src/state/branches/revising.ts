import type { AppState } from '../app-state.js';
import type { UserMessage } from '../messages.js';

/** Returns the part of the state that says that this question is being edited, with its text in the draft. */
export function revisingOf({
  id,
  attachments = [],
}: UserMessage): Pick<AppState, 'revising' | 'attachments'> {
  return { revising: id, attachments };
}
