import type { AppState } from '../app-state.js';
import type { UserMessage } from '../messages.js';

/** The part of the state that marks this question as being edited; the draft has its text. */
export function revisingOf({
  id,
  attachments = [],
}: UserMessage): Pick<AppState, 'revising' | 'attachments'> {
  return { revising: id, attachments };
}
