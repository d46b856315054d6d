import type { AppState } from '../app-state.js';
import type { UserMessage } from '../messages.js';

/** Returns the changes of the state for editing this question. The caller puts its text into the draft. */
export function revisingOf({
  id,
  attachments = [],
}: UserMessage): Pick<AppState, 'revising' | 'attachments'> {
  return { revising: id, attachments };
}
