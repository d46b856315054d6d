import type { AppState } from '../app-state.js';
import type { UserMessage } from '../messages.js';

/** What the state has while this question is changed; its text is in the draft. */
export function revisingOf({
  id,
  attachments = [],
}: UserMessage): Pick<AppState, 'revising' | 'attachments'> {
  return { revising: id, attachments };
}
